"""The secrets as rendering gets them, and the replacement of a secret: what is under way, and its next step.

Every step follows when all services are as the step before asks for, which `up` and `rotate-secrets` see to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rtcstack.engine import rotation
from rtcstack.engine.rotation import Phase, Rotation
from rtcstack.pki.revocation import serial_text
from rtcstack.plan.secret import REVOCATIONS, REVOKED, TRUST, SecretRequest, with_accepted
from rtcstack.workflow.authority import lists
from rtcstack.workflow.authority.material import trust_digests
from rtcstack.workflow.context import Installation

_WHY = {
    Phase.ACCEPT: "its replacement was begun",
    Phase.USE: "its replacement was begun",
    Phase.OVER: "the time of the old one is over",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A secret that is being replaced: how far that is."""

    request: SecretRequest
    rotation: Rotation
    phase: Phase

    @property
    def until(self) -> float:
        """In the overlap: the time, seconds since 1970, until which the old value is accepted."""
        return self.rotation.since + (self.request.overlap or 0)

    @property
    def cuts(self) -> bool:
        """Whether somebody will be cut off: a service must be restarted for it."""
        return self.phase is Phase.ACCEPT and not self.request.overlap


def under_way(installation: Installation, now: float) -> tuple[UnderWay, ...]:
    """Given an installation and the time, return every secret that is being replaced."""
    vault = installation.vault
    found = []
    for request in installation.stack.secrets:
        state = rotation.read(vault, request.name)
        if state is not None:
            phase = state.phase(vault.secret(request.name) or "", request.overlap or 0, now)
            found.append(UnderWay(request=request, rotation=state, phase=phase))
    return tuple(found)


def waiting(installation: Installation, now: float) -> dict[str, tuple[str, bool]]:
    """Given an installation and the time, return the secrets whose replacement has a next step: why, and whether it cuts off."""
    return {u.request.name: (_WHY[u.phase], u.cuts) for u in under_way(installation, now) if u.phase in _WHY}


def secrets_of(installation: Installation, now: float) -> dict[str, str]:
    """Given an installation and the time, return its secrets as rendering gets them; those not made yet count as empty."""
    vault = installation.vault
    found: dict[str, str] = {}
    for request in installation.stack.secrets:
        found |= with_accepted(request.name, (vault.secret(request.name) or "",))
    for state in under_way(installation, now):
        values = (found[state.request.name], state.rotation.old, state.rotation.new)
        if state.phase is not Phase.OVER:
            found |= with_accepted(state.request.name, tuple(dict.fromkeys(values)))
    return found | _of_the_authority(installation, now)


def _of_the_authority(installation: Installation, now: float) -> dict[str, str]:
    vault, moment = installation.vault, datetime.fromtimestamp(now, UTC)
    return {
        TRUST: " ".join(trust_digests(vault)),
        REVOCATIONS: lists.bundle(vault, moment).decode("ascii"),
        REVOKED: "".join(f"{serial_text(serial).replace(':', '').upper()}\n" for serial in lists.serials(vault, moment)),
    }


def imagined(secrets: Mapping[str, str], requests: Iterable[SecretRequest]) -> dict[str, str]:
    """Given the secrets and requests, return them with other values for these, to see what a replacement would change."""
    changed = dict(secrets)
    for request in requests:
        changed |= with_accepted(request.name, ("another",))
    return changed


def advance(installation: Installation, seen: float, now: float) -> bool:
    """Given an installation whose services are as was asked for at the time `seen`, take the next step of every replacement.

    Return whether the services must follow. What is taken up by a restart goes one service at a time.
    """
    vault = installation.vault
    states = under_way(installation, seen)
    chosen = _next_users(installation, [state.request for state in states if state.phase is Phase.ACCEPT])
    follow = False
    for state in states:
        name = state.request.name
        if state.phase is Phase.OVER:
            rotation.end(vault, name)
        elif state.phase is Phase.USE:
            rotation.settle(vault, name, state.rotation, now)
            follow = follow or not state.request.overlap
        elif name in chosen:
            rotation.promote(vault, name, state.rotation)
            follow = True
    return follow


def _next_users(installation: Installation, ready: list[SecretRequest]) -> frozenset[str]:
    shared = frozenset(request.name for request in ready if request.overlap)
    alone = frozenset(request.name for request in ready) - shared
    for service in installation.stack.services:
        if mine := alone & {request.name for request in service.all_secrets}:
            return shared | mine
    return shared
