"""`certs renew`: new certificates for the services that are due, one after the other, each with its way back."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from rtcstack.engine import images, pairs
from rtcstack.engine.docker import Engine
from rtcstack.engine.images import REPOSITORY
from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError, RtcstackError, WorldError
from rtcstack.pki.certificates import Reason
from rtcstack.pki.keypair import KeyPair
from rtcstack.workflow.apply import Change, Progress
from rtcstack.workflow.authority import lists
from rtcstack.workflow.certificates import ledger
from rtcstack.workflow.certificates.files import brought
from rtcstack.workflow.certificates.into_use import Renewed, finish, renew, runs
from rtcstack.workflow.certificates.sources import due_now, obtain
from rtcstack.workflow.context import Installation
from rtcstack.workflow.converge import compare
from rtcstack.workflow.desired import TOOLS
from rtcstack.workflow.live import take_up
from rtcstack.workflow.observe import sweep

WAITS_FOR_UP = frozenset({str(reason) for reason in (Reason.OTHER_NAMES, Reason.OTHER_KEY_TYPE, Reason.OTHER_USE)})
"""What somebody wrote into rtcstack.toml and did not apply yet; the timer does not do it in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewals:
    """What was renewed; what failed, with the sentence why, by service; and what else people should know."""

    renewed: tuple[Renewed, ...]
    failed: dict[str, str]
    told: tuple[str, ...] = ()


def renew_certificates(
    installation: Installation, services: Iterable[str], *, force: bool, by_timer: bool = False, progress: Progress
) -> Renewals:
    """Given an installation that stands, renew what is due (with `force`: all) of these services, or of every one if none is named.

    What a kill left of an earlier renewal is finished first. A failure of one service keeps no other from its certificate.
    `by_timer` leaves out what failed a short while ago. Raise RequestError for a name that has no certificate, or one that only the
    administrator can renew; WorldError if no engine answers or another rtcstack does not end.
    """
    names = _named(installation, tuple(services), force=force)
    with locked(installation.directory) as lock, Engine() as engine:
        sweep(installation, engine)
        now = datetime.now(UTC)
        if images.reference(TOOLS) not in engine.images(f"{REPOSITORY}/"):
            raise WorldError("this version of rtcstack has not made this stack yet", hint="Type `rtcstack up`.")
        change = Change(installation, engine, compare(installation, engine, time.time())[0], lock, progress)
        before = ledger.read(installation.compose)
        told = list(_upkeep(installation, engine, now, progress)) if by_timer else []
        failed = _finish_left(change)
        due = due_now(installation, now)
        wanted = [name for name in names if (force or name in due) and name not in failed]
        if by_timer:
            wanted = [name for name in wanted if due[name] not in WAITS_FOR_UP and before.may_try(name, now)]
        obtained = _obtain(change, wanted, now, failed)
        renewed = tuple(_into_use(change, obtained, failed))
        kept = before.after(
            now,
            renewed=[entry.service for entry in renewed],
            failed=failed,
            still_due=due_now(installation, now),
            told=told,
            by_timer=by_timer,
        )
        try:
            ledger.write(installation.compose, kept)
        except WorldError as error:
            told.append(f"what was done could not be kept for `rtcstack status`: {error.message}")
    return Renewals(renewed=renewed, failed=failed, told=tuple(told))


def _named(installation: Installation, names: tuple[str, ...], *, force: bool) -> tuple[str, ...]:
    known = [service.name for service in installation.stack.services if service.certificate is not None]
    if unknown := [name for name in names if name not in known]:
        raise RequestError(f"there is no certificate of {', '.join(unknown)}", hint=f"Services that have one: {', '.join(known)}.")
    now = datetime.now(UTC)
    theirs = [s.name for s in installation.stack.issued_by("files") if brought(installation, s.name, now)]
    if force and (asked := [name for name in names if name in theirs]):
        raise RequestError(
            f"the certificate of {', '.join(asked)} was imported, so only you can renew it",
            hint=f"Type `rtcstack certs import {asked[0]} --key-file KEY --chain-file CHAIN`.",
        )
    return tuple(name for name in (names or known) if name not in theirs)


def _finish_left(change: Change) -> dict[str, str]:
    # What was put in use and not seen on the wire, when a run was killed.
    failed = {}
    for name in sorted(pairs.unsettled(change.installation.vault)):
        if any(service.name == name for service in change.installation.stack.services) and runs(change, name):
            change.progress(f"finish the renewal of {name} that was interrupted")
            try:
                finish(change, name)
            except WorldError as error:
                failed[name] = f"{error.message}. {error.hint}".strip()
    return failed


def _obtain(change: Change, names: Iterable[str], now: datetime, failed: dict[str, str]) -> dict[str, KeyPair]:
    found = {}
    for name in names:
        if not runs(change, name):
            failed[name] = f"{name} does not run, so nobody could see whether it takes a new certificate up. Type `rtcstack up`."
            continue
        change.progress(f"get a new certificate for {name}")
        try:
            found[name] = obtain(change.installation, name, now)
        except RtcstackError as error:
            failed[name] = f"{error.message}. {error.hint}".strip()
    return found


def _into_use(change: Change, obtained: dict[str, KeyPair], failed: dict[str, str]) -> Iterable[Renewed]:
    for name, pair in obtained.items():
        change.progress(f"put the new certificate of {name} into use")
        try:
            yield renew(change, name, pair)
        except WorldError as error:
            failed[name] = f"{error.message}. {error.hint}".strip()


def _upkeep(installation: Installation, engine: Engine, now: datetime, progress: Progress) -> Iterable[str]:
    # What else comes due by itself: the list of revoked certificates, and a public CA's own wishes.
    if why := lists.reason(installation, now):
        progress(f"sign the list of revoked certificates: {why}")
        try:
            lists.renew(installation, now)
            take_up(installation, engine, [s.name for s in installation.stack.services if s.revocations])
        except RtcstackError as error:
            yield f"the list of revoked certificates: {error.message}"
    if installation.stack.issued_by("acme"):
        from rtcstack.workflow.acme.source import refresh  # noqa: PLC0415 - its library is loaded only where it is used

        yield from refresh(installation, now)
