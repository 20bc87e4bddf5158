"""The own CA and the services' certificates: why one must be issued anew, and issuing it into the vault."""

from datetime import datetime

from rtcstack.engine.vault import CA_CERTIFICATE, CA_KEY
from rtcstack.errors import WorldError
from rtcstack.pki.ca import create_ca
from rtcstack.pki.certificates import reason_to_renew
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.workflow.context import Installation


def authority(installation: Installation) -> KeyPair | None:
    """Given an installation, return its CA, or None if it is not made yet."""
    key, certificate = installation.vault.read(CA_KEY), installation.vault.read(CA_CERTIFICATE)
    return None if key is None or certificate is None else KeyPair(key_pem=key, certificate_pem=certificate)


def reasons(installation: Installation, now: datetime) -> dict[str, str]:
    """Given an installation and the time, return why certificates must be issued, by service; nothing for those that are right."""
    vault = installation.vault
    ca = vault.read(CA_CERTIFICATE)
    found = {}
    for service in installation.stack.services:
        if service.certificate is None:
            continue
        key, chain = vault.read(f"{service.name}.key"), vault.read(f"{service.name}.crt")
        if ca is None or key is None or chain is None:
            found[service.name] = "missing"
        elif reason := reason_to_renew(KeyPair(key_pem=key, certificate_pem=chain), service.certificate, ca, now):
            found[service.name] = reason
    return found


def make_authority(installation: Installation, now: datetime) -> None:
    """Given an installation and the time, make its CA unless it is there; the key first, so that no kill leaves a CA without."""
    vault, site = installation.vault, installation.stack.site
    if vault.read(CA_CERTIFICATE) is not None:
        return
    ca = create_ca((site.domain, *site.aliases), now, key_pem=vault.read(CA_KEY))
    vault.create(CA_KEY, ca.key_pem)
    vault.create(CA_CERTIFICATE, ca.certificate_pem)


def issue_certificate(installation: Installation, service: str, now: datetime) -> None:
    """Given a service and the time, issue its certificate: key and chain into the vault, for the next delivery.

    Raise WorldError if the CA's key is not there.
    """
    ca, request = authority(installation), installation.stack.service(service).certificate
    if request is None:
        raise LookupError(service)
    if ca is None:
        raise WorldError(
            f"secrets/{CA_KEY} is missing, so no certificate can be issued for {service}", hint="Put it back from your copy."
        )
    site = installation.stack.site
    pair = issue(ca, request, (site.domain, *site.aliases), now)
    # Two files cannot be replaced at once; a pair that does not match is a reason to issue anew.
    installation.vault.replace(f"{service}.key", pair.key_pem)
    installation.vault.replace(f"{service}.crt", pair.certificate_pem + ca.certificate_pem)
