"""The two sides of a comparison: what must exist (Wanted) and what one look at the engine and the disk found (Found)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedContainer:
    """A container that must exist: its service, definition digest, pinned addresses, and when it runs if it runs only once.

    `on_lan` tells that one of its links hangs on the parent.
    """

    service: str
    digest: str
    setup: Literal["", "before", "after"] = ""
    joins: str = ""
    addresses: frozenset[str] = frozenset()
    on_lan: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLive:
    """The live files of a service, by path below compose/, and the container that reads them by itself when it starts."""

    container: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What must exist. `files` are digests by path below compose/; `live` tells which of them a service takes up while it runs.

    A live file is written below compose/ only after its service has taken it up: what lies there is what is in use. `rotating` are
    secrets whose replacement waits for its next step: why, and whether that cuts somebody off.
    """

    secrets: tuple[str, ...]
    images: Mapping[str, str]
    files: Mapping[str, str]
    networks: Mapping[str, str]
    volumes: tuple[str, ...]
    containers: Mapping[str, WantedContainer]
    live: Mapping[str, WantedLive] = field(default_factory=dict)
    rotating: Mapping[str, tuple[str, bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundContainer:
    """A container that carries our label; `state` is the engine's word, like running, exited, created or paused.

    `addresses` are those that it holds now.
    """

    digest: str
    state: str
    exit_code: int = 0
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNetwork:
    """A network by name: our digest label ("" if it is not ours) and the names of the containers on it."""

    digest: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What exists. `files` are digests on the disk, `manifest` the digests of what was last written there.

    `revocations` is why the list of revoked certificates must be signed, if it must. `links` says which link is missing,
    `closed_ports` why services may not listen in the host's namespace; `parent_gone` that containers on it have lost theirs.
    """

    secrets: frozenset[str] = frozenset()
    ca: bool = False
    certificates: Mapping[str, str] = field(default_factory=dict)
    revocations: str = ""
    images: frozenset[str] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict)
    manifest: Mapping[str, str] = field(default_factory=dict)
    links: str = ""
    closed_ports: str = ""
    parent_gone: bool = False
    networks: Mapping[str, FoundNetwork] = field(default_factory=dict)
    volumes: frozenset[str] = frozenset()
    containers: Mapping[str, FoundContainer] = field(default_factory=dict)
