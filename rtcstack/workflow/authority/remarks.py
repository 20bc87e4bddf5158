"""What people must know about the CA: that nothing can be renewed, from when on that hurts, and what to type."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from rtcstack.engine.vault import CA_CERTIFICATE
from rtcstack.pki.ca import authority
from rtcstack.pki.certificates import leaf
from rtcstack.pki.fitness import Unfit, unfit
from rtcstack.pki.revocation import read_list
from rtcstack.workflow.authority import lists, succession
from rtcstack.workflow.authority.material import (
    MOVED,
    OLD_CERTIFICATE,
    KeyState,
    Phase,
    certificate,
    key_state,
    phase,
)
from rtcstack.workflow.context import Installation

SOON, AT_LAST = timedelta(days=365), timedelta(days=90)
"""Before its end a CA should be followed by another one, which clients must import: first it is told, then it is a finding."""
BY_HAND = timedelta(days=30)
"""Whoever keeps the key elsewhere is reminded that long before the first certificate ends."""


def remarks(installation: Installation, services: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """Given an installation, the services whose certificates are of the own CA, and the time, return what must be known."""
    vault = installation.vault
    if vault.read(CA_CERTIFICATE) is None:
        return ()
    told = (_key(installation, services, now), _end(installation, now, SOON), _change(installation, now), _list(installation, now))
    return tuple(line for lines in told for line in lines)


def alarms(installation: Installation, services: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """Given the same, return what somebody must do something about soon."""
    if installation.vault.read(CA_CERTIFICATE) is None:
        return ()
    first = min(_ends(installation, services).values(), default=None)
    waits = key_state(installation) is not KeyState.MISSING and (first is None or now < first - BY_HAND)
    told = (() if waits else _key(installation, services, now), _end(installation, now, AT_LAST), _list(installation, now))
    return tuple(line for lines in told for line in lines)


def not_renewable(installation: Installation, services: tuple[str, ...], now: datetime) -> datetime | None:
    """Given those services, return when the first of their certificates ends if the CA's key is gone, else None."""
    if installation.vault.read(CA_CERTIFICATE) is None or key_state(installation) is not KeyState.MISSING:
        return None
    ends = _ends(installation, services)
    return min(ends.values(), default=now)


def fitness(installation: Installation) -> dict[str, tuple[Unfit, ...]]:
    """Given an installation, return by service who will not accept the certificate that is stored for it; nothing otherwise."""
    found = {}
    for service in installation.stack.services:
        pem = installation.vault.read(f"{service.name}.crt")
        if service.certificate is None or pem is None:
            continue
        try:
            told = unfit(pem, service.role, client_auth=service.certificate.client_auth)
        except ValueError:
            continue
        if told:
            found[service.name] = told
    return found


def fitness_lines(installation: Installation, services: Iterable[str]) -> tuple[str, ...]:
    """Given services, return who will not accept their certificates, one sentence for all services that it concerns."""
    concerned: dict[str, list[str]] = {}
    for name, whom in fitness(installation).items():
        for found in whom if name in services else ():
            concerned.setdefault(found.reason, []).append(name)
    return tuple(f"{', '.join(names)}: {reason}." for reason, names in concerned.items())


def _ends(installation: Installation, services: tuple[str, ...]) -> dict[str, datetime]:
    found = {}
    for name in services:
        if (certified := leaf(installation.vault.read(f"{name}.crt"))) is not None:
            found[name] = certified.not_valid_after_utc
    return found


def _key(installation: Installation, services: tuple[str, ...], now: datetime) -> Iterator[str]:
    where = key_state(installation)
    ends = _ends(installation, services)
    if where is KeyState.HERE or not ends:
        return
    first = min(ends, key=lambda name: ends[name])
    end = f"{ends[first]:%Y-%m-%d}"
    verb = "ended" if now >= ends[first] else "ends"
    if where is KeyState.MISSING:
        yield (
            f"The CA's key is not in secrets/: everything that runs goes on, but nothing can be renewed, and the certificate of"
            f" {first} {verb} on {end}. Put the key back from a copy; without one, type `rtcstack certs rotate-ca --lost`: it makes"
            f" a new CA, which every client must import."
        )
        return
    place = f"at {installation.vault.secret(MOVED)}" if where is KeyState.MOVED else "under a passphrase"
    option = "--ca-key-file FILE" if where is KeyState.MOVED else "--passphrase-stdin, or on a terminal"
    yield (
        f"The CA's key is {place}, so nothing renews by itself: type `rtcstack certs renew` ({option}) before {end}, when the"
        f" certificate of {first} {verb}."
    )


def _end(installation: Installation, now: datetime, before: timedelta) -> Iterator[str]:
    end = authority(certificate(installation.vault)).not_valid_after_utc
    if phase(installation.vault) is Phase.STEADY and now > end - before:
        verb = "ended" if now >= end else "ends"
        yield f"The CA itself {verb} on {end:%Y-%m-%d}: type `rtcstack certs rotate-ca`, and let clients import the new one."


def _change(installation: Installation, now: datetime) -> Iterator[str]:
    vault = installation.vault
    if phase(vault) is Phase.ANNOUNCED:
        due = succession.due(vault)
        when = "now" if now >= due else f"after {due:%Y-%m-%d %H:%M} UTC"
        yield f"A new CA is announced. Publish the TLSA records of `rtcstack zone`; {when}: `rtcstack certs rotate-ca` again."
    if phase(vault) is Phase.OVERLAP:
        end = authority(vault.read(OLD_CERTIFICATE) or b"").not_valid_after_utc
        yield (
            f"Two CAs are trusted, the old one until {end:%Y-%m-%d}. When every client has imported the new one:"
            " `rtcstack certs rotate-ca --finish`."
        )


def _list(installation: Installation, now: datetime) -> Iterator[str]:
    pem = lists.of(installation.vault, certificate(installation.vault))
    if pem is None:
        return
    end = read_list(pem).next_update
    if now > end - lists.RENEW_BEFORE:
        verb = "ended" if now >= end else "ends"
        yield (
            f"The list of revoked certificates {verb} on {end:%Y-%m-%d}; after that kamailio refuses every client with a"
            " certificate. `rtcstack up` signs it anew."
        )
