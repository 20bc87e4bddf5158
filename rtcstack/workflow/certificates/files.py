"""Certificates that the administrator brings. Until then, and never after, the own CA's stand in."""

from datetime import datetime

from cryptography import x509

from rtcstack.engine import pairs
from rtcstack.engine.vault import CA_CERTIFICATE
from rtcstack.pki.certificates import fingerprint
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.pairs import broken, whole
from rtcstack.pki.public import due_from
from rtcstack.plan.service import ServicePlan
from rtcstack.workflow.authority import material
from rtcstack.workflow.certificates.own_ca import OwnCa
from rtcstack.workflow.context import Installation

REMEMBERED = 5
"""Brought certificates that are known again: one in use, one before it, and a few more."""


class Files:
    """What `[certificates] source = "files"` means."""

    def reasons(self, installation: Installation, now: datetime) -> dict[str, str]:
        """Given an installation and the time, return why what stands in must be issued anew; what was brought is never touched."""
        found = {
            service.name: OwnCa().reason(installation, service, now)
            for service in installation.stack.issued_by("files")
            if not brought(installation, service.name, now)
        }
        return {name: reason for name, reason in found.items() if reason}

    def obtain(self, installation: Installation, service: str, now: datetime) -> KeyPair:
        """Given a service that nothing was brought for, issue what stands in."""
        return OwnCa().obtain(installation, service, now)

    def usable(self, installation: Installation, service: str, now: datetime) -> bool:
        """As with the own CA."""
        return OwnCa().usable(installation, service, now)


def note(installation: Installation, service: str, sha256: str) -> None:
    """Given a service and the digest of a certificate that is about to be put in use, remember that it was brought."""
    lines = [*_noted(installation, service)[1 - REMEMBERED :], sha256]
    installation.vault.replace(f"{service}.imported", "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode())


def _noted(installation: Installation, service: str) -> list[str]:
    return (installation.vault.secret(f"{service}.imported") or "").split()


def brought(installation: Installation, service: str, now: datetime) -> bool:
    """Given a service, return whether what is stored for it was brought, or issued by another CA than ours, and whole."""
    pair = pairs.read(installation.vault, service)
    ca = installation.vault.read(CA_CERTIFICATE)
    if pair is None or not whole(pair):
        return False
    if fingerprint(pair.certificate_pem) in _noted(installation, service):
        return True
    issuer = x509.load_pem_x509_certificate(pair.certificate_pem).issuer
    # Our successive CAs bear one name.
    ours = material.trusted(installation.vault, now) if ca is not None else b""
    return issuer not in [found.subject for found in (x509.load_pem_x509_certificates(ours) if ours else [])]


def remark(installation: Installation, service: ServicePlan, now: datetime) -> tuple[bool, str]:
    """Given a service that lives on brought files, return whether all is well, and what must be said ("" for nothing)."""
    again = f"rtcstack certs import {service.name} --key-file KEY --chain-file CHAIN"
    if not brought(installation, service.name, now):
        return False, f"nothing was imported for {service.name}, so it uses a certificate of the own CA: type `{again}`"
    pair = pairs.read(installation.vault, service.name)
    if pair is None:
        return False, "missing"
    if why := broken(pair, now):
        return False, f"what was imported for {service.name} is refused by clients: {why}; type `{again}`"
    leaf = x509.load_pem_x509_certificate(pair.certificate_pem)
    if now > due_from(leaf):
        return False, (
            f"what was imported for {service.name} ends on {leaf.not_valid_after_utc:%Y-%m-%d},"
            f" and only you can renew it: type `{again}`"
        )
    return True, ""
