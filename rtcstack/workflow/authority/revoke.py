"""`certs revoke`: a certificate of our CA counts no longer where our services look at clients' certificates.

Telephones and browsers do not ask for such lists; a service's own certificate is therefore issued anew as well.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError
from rtcstack.pki.certificates import leaf
from rtcstack.pki.revocation import Revoked, serial_of
from rtcstack.workflow.apply import Progress
from rtcstack.workflow.authority import lists
from rtcstack.workflow.authority.clients import certificate_of, clients, issuer_of
from rtcstack.workflow.authority.material import certificate
from rtcstack.workflow.context import Installation
from rtcstack.workflow.live import take_up
from rtcstack.workflow.observe import sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """What was revoked; `service` is the name of one whose certificate must be issued anew, or ""; who took the list up."""

    serials: tuple[int, ...]
    service: str
    told: tuple[str, ...]


def revoke(installation: Installation, what: str, *, unlisted: bool = False, progress: Progress) -> Revocation:
    """Given a service's name, a partner's name or a serial number, revoke it, and let running services take the list up.

    A serial number that no stored certificate has is refused unless `unlisted`. Raise RequestError if there is nothing to revoke,
    WorldError if the CA's key cannot be had or a service does not take the list up; the certificate is revoked then.
    """
    with locked(installation.directory):
        vault, now = installation.vault, datetime.now(UTC)
        certificate(vault)
        service, found = _found(installation, what, now, unlisted=unlisted)
        done = set(lists.serials(vault, now))
        for ca in dict.fromkeys(found.values()):
            fresh = tuple(Revoked(serial, now) for serial, issuer in found.items() if issuer == ca and serial not in done)
            if fresh:
                lists.add(installation, ca, fresh, now)
        progress(f"{len(found)} revoked")
        with Engine() as engine:
            sweep(installation, engine)
            told = take_up(installation, engine, [s.name for s in installation.stack.services if s.role in ("sip", "xmpp")])
    return Revocation(serials=tuple(found), service=service, told=told)


def _found(installation: Installation, what: str, now: datetime, *, unlisted: bool) -> tuple[str, dict[int, bytes]]:
    vault = installation.vault
    names = {service.name for service in installation.stack.services if service.certificate is not None}
    if what in names:
        pem = vault.read(f"{what}.crt")
        certified = leaf(pem)
        issuer = None if pem is None else issuer_of(vault, pem, now)
        if certified is None or issuer is None:
            raise RequestError(
                f"the certificate of {what} is not of our CA", hint="Whoever issued it revokes it; then `rtcstack certs renew`."
            )
        return what, {certified.serial_number: issuer}
    partner = [client for client in clients(vault, now) if client.name == what]
    serials = [client.serial for client in partner if client.state == "valid"]
    if partner and not serials:
        raise RequestError(f"nothing of {what} is valid any more", hint="See `rtcstack certs clients`.")
    if not partner:
        serials = [serial_of(what)]
    return "", {serial: _issuer(installation, serial, now, unlisted=unlisted) for serial in serials}


def _issuer(installation: Installation, serial: int, now: datetime, *, unlisted: bool) -> bytes:
    vault, known = installation.vault, list[bytes]()
    for service in installation.stack.services:
        for name in (f"{service.name}.crt", f"{service.name}.previous.crt"):
            pem = vault.read(name)
            certified = leaf(pem)
            known.append(b"" if pem is None or certified is None or certified.serial_number != serial else pem)
    known.append(certificate_of(vault, serial) or b"")
    for pem in filter(None, known):
        if issuer := issuer_of(vault, pem, now):
            return issuer
    if not unlisted:
        raise RequestError(
            "no certificate with that serial number is kept here",
            hint="See `rtcstack certs clients`. To revoke one that is not kept (an older one of a service), add --unlisted.",
        )
    return certificate(vault)
