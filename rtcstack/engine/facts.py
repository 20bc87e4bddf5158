"""What the engine tells, as our own values: containers, networks, and what a command in a container did."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rtcstack.render.compose import LABEL

VISITOR = f"{LABEL}.visitor"
"""The label of a short-lived container: the network that it is on."""


@dataclass(frozen=True, slots=True)
class ExecResult:
    """What a command in a container did; both outputs as bytes."""

    exit_code: int
    stdout: bytes = field(repr=False)
    stderr: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFacts:
    """What the engine tells about a container.

    `pid` is its main process, `addresses` those that it holds now, `created` and `started` are ISO 8601 or empty.
    """

    id: str
    name: str
    state: str
    exit_code: int
    health: str
    restarts: int
    image: str
    labels: Mapping[str, str]
    pid: int = 0
    addresses: frozenset[str] = frozenset()
    created: str = ""
    started: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """What the engine tells about a network; `members` are container names."""

    id: str
    name: str
    driver: str
    parent: str
    subnets: tuple[str, ...]
    labels: Mapping[str, str]
    members: tuple[str, ...] = ()


def rootless(info: Mapping[str, object]) -> bool:
    """Given the engine's description of itself, return whether it runs without root, in a network of its own."""
    options = info.get("SecurityOptions")
    return isinstance(options, list) and any("rootless" in str(option) for option in options)


def desktop(info: Mapping[str, object]) -> bool:
    """Given the engine's description of itself, return whether it is Docker Desktop, in a machine of its own."""
    return "Docker Desktop" in str(info.get("OperatingSystem", ""))
