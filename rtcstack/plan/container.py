"""A container as it must be: image, command, addresses, limits. The defaults are strict; a service loosens nothing silently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from rtcstack.plan.listener import Address

NetworkName = Literal["lan", "backend", "host"]

CONFIG = "/config"
"""Where a service finds its files: `/config/current/…` (rendered) and `/config/tls/{cert,key,ca}.pem`, read-only."""
LIVE = f"{CONFIG}/live"
"""Where a service finds the rendered files that it takes up while it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One leg: `lan` is the macvlan with pinned addresses, `backend` the database's internal bridge, `host` the host itself."""

    network: NetworkName
    address: Address | None = None
    address6: Address | None = None
    mac: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A named volume of the stack at a place in the container."""

    volume: str
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tmpfs:
    """Writable memory in a read-only container; size in MiB, owned by the container's user."""

    target: str
    size: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthcheck:
    """What the engine runs inside the container, at most once in ten seconds; times in seconds."""

    command: tuple[str, ...]
    interval: int = 10
    timeout: int = 5
    retries: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of a service.

    `image` names a folder under images/. `user` is uid and gid. `joins` is the container whose network namespace this one
    shares (then `attachments` is empty). `setup` "before" or "after": a one-shot container that `up` runs to its end before
    or after the service's long-running container starts. `needs` are containers that must answer first at `up`. `reads` are the
    beginnings of the paths of those rendered files whose change must make this container anew: all of them, unless it says less.
    """

    name: str
    image: str
    command: tuple[str, ...]
    user: tuple[int, int]
    attachments: tuple[Attachment, ...] = ()
    joins: str = ""
    capabilities: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    tmpfs: tuple[Tmpfs, ...] = ()
    memory: int = 128
    pids: int = 64
    sysctls: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    healthcheck: Healthcheck | None = None
    stop_seconds: int = 10
    init: bool = True
    setup: Literal["", "before", "after"] = ""
    reads: tuple[str, ...] = ("",)
