"""The lists of revoked certificates, one for each CA that is trusted, and what services get of them."""

from datetime import datetime

from rtcstack.engine.vault import CA_CERTIFICATE, Vault
from rtcstack.pki.revocation import RENEW_BEFORE, Revoked, is_signed_by, read_list, reason_to_sign, sign_list
from rtcstack.workflow.authority.material import OLD_KEY, can_sign, certificate, predecessor, with_key
from rtcstack.workflow.context import Installation

__all__ = ["LIST", "OLD_LIST", "RENEW_BEFORE", "add", "authorities", "bundle", "keep_old", "of", "reason", "renew", "serials"]

LIST, OLD_LIST = "ca.crl", "ca-old.crl"
_WAITS = "ends in less than 30 days"


def of(vault: Vault, ca_pem: bytes) -> bytes | None:
    """Given the vault and a CA of ours as PEM, return its list as PEM, or None if it has none."""
    for name in (LIST, OLD_LIST):
        pem = vault.read(name)
        if pem is not None and is_signed_by(pem, ca_pem):
            return pem
    return None


def authorities(vault: Vault, now: datetime) -> tuple[bytes, ...]:
    """Given the vault and the time, return every CA of ours that is trusted, each as PEM, the one in use first."""
    current = vault.read(CA_CERTIFICATE)
    return () if current is None else tuple(ca for ca in (current, predecessor(vault, now)) if ca is not None)


def bundle(vault: Vault, now: datetime) -> bytes:
    """Given the vault and the time, return the lists of every CA that is trusted, as PEM; empty if there is none."""
    found = (of(vault, ca) for ca in authorities(vault, now))
    return b"".join(pem for pem in found if pem is not None)


def serials(vault: Vault, now: datetime) -> tuple[int, ...]:
    """Given the vault and the time, return the serial numbers of all that is revoked, in order."""
    found = (of(vault, ca) for ca in authorities(vault, now))
    return tuple(sorted({serial for pem in found if pem is not None for serial in read_list(pem).serials}))


def reason(installation: Installation, now: datetime) -> str:
    """Given an installation and the time, return why a list must be signed, or nothing.

    A list is kept once there is one, or a service reads it. What can wait waits while the CA's key is not at hand.
    """
    vault = installation.vault
    if vault.read(CA_CERTIFICATE) is None:
        return "missing" if _read_by_a_service(installation) else ""
    current = of(vault, certificate(vault))
    if current is None and vault.read(LIST) is None and not _read_by_a_service(installation):
        return ""
    found = reason_to_sign(current, certificate(vault), now)
    if can_sign(installation):
        return found or _reason_of_old(vault, now)
    return "" if found == _WAITS else found


def _reason_of_old(vault: Vault, now: datetime) -> str:
    # Without its key there is nothing to be done about the old CA's list.
    old = predecessor(vault, now)
    return "" if old is None or vault.read(OLD_KEY) is None else reason_to_sign(of(vault, old), old, now)


def renew(installation: Installation, now: datetime) -> None:
    """Given an installation and the time, sign the list anew if there is a reason, and the old CA's while that is trusted."""
    vault = installation.vault
    if not reason(installation, now):
        return
    if reason_to_sign(of(vault, certificate(vault)), certificate(vault), now):
        add(installation, certificate(vault), (), now)
    old = predecessor(vault, now)
    if old is not None and _reason_of_old(vault, now):
        add(installation, old, (), now)


def add(installation: Installation, ca_pem: bytes, revoked: tuple[Revoked, ...], now: datetime) -> None:
    """Given a CA of ours as PEM and what it revokes, sign its list with that and all that was revoked before.

    Raise WorldError or RequestError if its key cannot be had; then nothing is changed.
    """
    vault = installation.vault
    before = of(vault, ca_pem)
    known = () if before is None else read_list(before).revoked
    number = 1 if before is None else read_list(before).number + 1
    # Revoked is revoked since the first time.
    entries = {entry.serial: entry for entry in (*revoked, *known)}
    name = LIST if ca_pem == certificate(vault) else OLD_LIST
    vault.replace(name, sign_list(with_key(installation, ca_pem), entries.values(), number, now))


def keep_old(vault: Vault) -> None:
    """Given a vault whose CA is about to be followed by another, keep its list beside."""
    pem = vault.read(LIST)
    if pem is None:
        vault.remove(OLD_LIST)
    else:
        vault.replace(OLD_LIST, pem)


def _read_by_a_service(installation: Installation) -> bool:
    return any(service.revocations for service in installation.stack.services)
