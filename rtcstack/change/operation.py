"""An operation: one call, with its cause, and whether somebody would be cut off or something destroyed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What is done, in the order in which kinds of things are done."""

    MAKE_SECRET = "make secret"  # noqa: S105 - a verb, not a password
    ROTATE = "rotate secret"
    MAKE_CA = "make CA"
    ISSUE = "issue certificate"
    SIGN_LIST = "sign list"
    BUILD = "build image"
    WRITE = "write file"
    REMOVE_FILE = "remove file"
    REMOVE = "remove container"
    REPLACE_NETWORK = "replace network"
    REMOVE_NETWORK = "remove network"
    LINK = "make links"
    OPEN_PORTS = "open ports"
    CREATE_NETWORK = "create network"
    CREATE_VOLUME = "create volume"
    DELIVER = "deliver files"
    RUN = "run"
    CREATE = "create container"
    RECREATE = "recreate container"
    START = "start container"
    RELOAD = "reload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One step of a plan: what, to which thing, and why."""

    action: Action
    target: str
    cause: str
    destructive: bool = False

    def __str__(self) -> str:
        mark = " (!)" if self.destructive else ""
        return f"{self.action} {self.target}: {self.cause}{mark}"


def digest(operations: Iterable[Operation]) -> str:
    """Given the operations of a plan, return the digest that `up --expect` compares: what was reviewed is what is applied."""
    return hashlib.sha256("\n".join(map(str, operations)).encode()).hexdigest()[:16]
