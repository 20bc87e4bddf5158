"""The state of a secret's replacement, kept beside it as `NAME.rotation` until nobody may use the old one any more.

The steps, each one atomic write, so that a kill leaves the state before it or after it and no value is ever lost:

  accept   both values are kept beside the secret, which still is the old one; whoever checks it must accept both
  use      the secret is the new one; whoever uses it must take it up
  overlap  everybody uses the new one since a known time; what was made with the old one is accepted for a while
  over     that while is over: the old one must be refused, and then the state is removed
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum

from rtcstack.engine.vault import Vault, fresh
from rtcstack.errors import WorldError
from rtcstack.plan.secret import SecretRequest


class Phase(StrEnum):
    """How far the replacement of a secret is."""

    ACCEPT = "accept"
    USE = "use"
    OVERLAP = "overlap"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """The old and the new value, and the time (seconds since 1970) since when everybody uses the new one, 0 before that."""

    old: str = field(repr=False)
    new: str = field(repr=False)
    since: float = 0

    def phase(self, current: str, overlap: int, now: float) -> Phase:
        """Given the secret as it is kept, its overlap in seconds and the time, return how far this is."""
        if not self.since:
            return Phase.USE if current == self.new else Phase.ACCEPT
        return Phase.OVERLAP if now < self.since + overlap else Phase.OVER


def _file(name: str) -> str:
    return f"{name}.rotation"


def begin(vault: Vault, request: SecretRequest) -> None:
    """Given the request of a secret that is there, make its successor, unless one is being put in its place already."""
    old = vault.secret(request.name) or ""
    vault.create(_file(request.name), _encoded(Rotation(old=old, new=fresh(request))))


def read(vault: Vault, name: str) -> Rotation | None:
    """Given a secret's name, return the state of its replacement, or None. Raise WorldError if it cannot be understood."""
    content = vault.read(_file(name))
    if content is None:
        return None
    try:
        data = json.loads(content)
        return Rotation(old=str(data["old"]), new=str(data["new"]), since=float(data["since"]))
    except (ValueError, KeyError, TypeError):
        # Without the error: it may show what was read.
        raise WorldError(f"secrets/{_file(name)} cannot be understood", hint="Put it back from your copy.") from None


def promote(vault: Vault, name: str, rotation: Rotation) -> None:
    """Given a secret that everybody accepts in both values, let the new one be in use."""
    vault.replace(name, rotation.new.encode() + b"\n")


def settle(vault: Vault, name: str, rotation: Rotation, since: float) -> None:
    """Given a secret whose new value is in use everywhere, keep since when."""
    vault.replace(_file(name), _encoded(Rotation(old=rotation.old, new=rotation.new, since=since)))


def end(vault: Vault, name: str) -> None:
    """Given a secret whose old value is refused everywhere, forget that value."""
    vault.remove(_file(name))


def _encoded(rotation: Rotation) -> bytes:
    return json.dumps({"old": rotation.old, "new": rotation.new, "since": rotation.since}).encode() + b"\n"
