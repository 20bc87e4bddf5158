"""`certs rotate-ca`: a new CA in two steps with a wait between, and a third one that ends the old CA's time.

1. it is made, certified by the old one, and announced in TLSA records; nothing uses it
2. when old answers of the DNS have run out: every service gets a certificate of the new CA; the old one stays trusted
3. `--finish`: the old one is trusted no longer
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from rtcstack.change.operation import Action, Operation
from rtcstack.engine import pairs
from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError
from rtcstack.pki.ca import authority
from rtcstack.workflow.apply import Progress
from rtcstack.workflow.authority import succession
from rtcstack.workflow.authority.material import CROSS, NEXT_CERTIFICATE, OLD_CERTIFICATE, Phase, certificate, issuing, phase
from rtcstack.workflow.context import Installation
from rtcstack.workflow.converge import Confirm, converge, refuse
from rtcstack.workflow.live import take_up
from rtcstack.workflow.observe import sweep

_STRANGERS = "whoever has not imported the new CA can connect no longer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationRequest:
    """What was asked for: the old key is `lost`, the last step (`finish`), or no waiting for the DNS (`at_once`)."""

    lost: bool = False
    finish: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """How far it is now; when the next step may be taken (announced) or the old CA ends (overlap); whether the old one vouches."""

    phase: Phase
    until: datetime | None
    cross_signed: bool


def rotate_ca(installation: Installation, request: RotationRequest, *, confirm: Confirm, progress: Progress) -> Rotated:
    """Given an installation that stands, take the next step of the change to a new CA; what a kill interrupted is completed first.

    `confirm` is asked before anybody may be cut off. Raise RequestError, with nothing changed, if it is too early or there is
    nothing to finish, or if the key is not opened; WorldError if the world fails; typing the command again goes on.
    """
    with locked(installation.directory) as lock, Engine() as engine:
        refuse(installation, engine)
        sweep(installation, engine)
        vault = installation.vault
        certificate(vault)
        succession.complete(vault)
        before = phase(vault)
        _check(installation, request, before)
        now = datetime.now(UTC)
        if before is Phase.STEADY and not request.finish:
            _ask(confirm, Action.MAKE_CA, _STRANGERS, cuts=request.at_once and request.lost)
            succession.begin(installation, now, lost=request.lost)
            progress("the new CA is made and announced")
            take_up(installation, engine, [service.name for service in installation.stack.services if service.role == "dns"])
        if before is Phase.ANNOUNCED or (before is Phase.STEADY and request.at_once and not request.finish):
            _switch(installation, confirm, progress, lost=before is Phase.ANNOUNCED and vault.read(CROSS) is None)
        if before is Phase.OVERLAP and request.finish:
            _ask(confirm, Action.REMOVE_FILE, _STRANGERS, cuts=True)
            # A key that cannot be opened shows now, and not when the old CA is gone.
            issuing(installation)
            succession.drop(vault)
            progress("the old CA is trusted no longer")
        if phase(vault) is not Phase.ANNOUNCED:
            converge(installation, engine, lock, confirm=confirm, progress=progress)
    return state(installation)


def state(installation: Installation) -> Rotated:
    """Given an installation with a CA, return how far the change to a new one is."""
    vault = installation.vault
    at = phase(vault)
    until = None
    if at is Phase.ANNOUNCED:
        until = succession.due(vault)
    elif at is Phase.OVERLAP:
        until = authority(vault.read(OLD_CERTIFICATE) or b"").not_valid_after_utc
    return Rotated(phase=at, until=until, cross_signed=at is not Phase.STEADY and vault.read(CROSS) is not None)


def _check(installation: Installation, request: RotationRequest, at: Phase) -> None:
    # A kill after the old CA was dropped leaves services that still show what it said.
    if request.finish and at is not Phase.OVERLAP and not (at is Phase.STEADY and _left(installation)):
        raise RequestError("there is no old CA to drop", hint="`rtcstack certs rotate-ca` without --finish begins the change.")
    if at is Phase.ANNOUNCED and not request.at_once and datetime.now(UTC) < (due := succession.due(installation.vault)):
        raise RequestError(
            f"the new CA is announced, but old answers of the DNS may be remembered until {due:%Y-%m-%d %H:%M} UTC",
            hint="Type the command again after that, or with --now if nobody checks TLSA records (the zone is not signed).",
        )


def _left(installation: Installation) -> bool:
    # Certificates that are due, or were never seen on the wire.
    from rtcstack.workflow.certificates import reasons  # noqa: PLC0415 - it asks this package which CA counts

    return bool(reasons(installation, datetime.now(UTC)) or pairs.unsettled(installation.vault))


def _switch(installation: Installation, confirm: Confirm, progress: Progress, *, lost: bool) -> None:
    _ask(confirm, Action.MAKE_CA, _STRANGERS, cuts=lost)
    vault = installation.vault
    # Opened once before anything is changed: every service will need it.
    with_new = vault.read(NEXT_CERTIFICATE) or b""
    succession.usable(installation, with_new)
    succession.switch(vault)
    progress("the new CA is in use; the old one stays trusted")


def _ask(confirm: Confirm, action: Action, cause: str, *, cuts: bool) -> None:
    if cuts:
        confirm((Operation(action=action, target="ca.crt", cause=cause, destructive=True),))
