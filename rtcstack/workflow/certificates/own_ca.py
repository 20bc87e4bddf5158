"""Certificates of the own CA."""

from datetime import datetime

from rtcstack.engine import pairs
from rtcstack.engine.vault import CA_CERTIFICATE
from rtcstack.errors import WorldError
from rtcstack.pki.certificates import Reason, reason_to_renew
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.pairs import clock_fault
from rtcstack.plan.service import ServicePlan
from rtcstack.workflow.authority import material
from rtcstack.workflow.context import Installation


class OwnCa:
    """What `[certificates] source = "own-ca"` means, and what stands in until the administrator has brought files."""

    def reasons(self, installation: Installation, now: datetime) -> dict[str, str]:
        """Given an installation and the time, return why certificates of the own CA must be issued anew, by service."""
        found = {service.name: self.reason(installation, service, now) for service in installation.stack.issued_by("own-ca")}
        return {name: reason for name, reason in found.items() if reason}

    def reason(self, installation: Installation, service: ServicePlan, now: datetime) -> str:
        """Given a service and the time, return why the own CA must issue its certificate anew, or ""."""
        found = due(installation, service, now)
        # While nobody opens the CA's key, what is still good stays: the rest of the file can be applied.
        waits = found == Reason.EXPIRES_SOON and not material.can_sign(installation)
        return "" if waits else found

    def obtain(self, installation: Installation, service: str, now: datetime) -> KeyPair:
        """Given a service and the time, issue its certificate.

        Raise WorldError if our CA's key is not there or the clock is wrong, RequestError if the key is not opened.
        """
        request = installation.stack.service(service).certificate
        if request is None:
            raise LookupError(service)
        vault, site = installation.vault, installation.stack.site
        ca = material.issuing(installation)
        if why := clock_fault(ca.certificate_pem, vault.read(f"{service}.crt"), now):
            raise WorldError(
                f"the clock of this machine says {now:%Y-%m-%d %H:%M} UTC, but {why}: clients would refuse what is issued now",
                hint="Set the clock (`timedatectl`), then type the command again. What is in use stays in use.",
            )
        issued = issue(ca, request, (site.domain, *site.aliases), now)
        return KeyPair(key_pem=issued.key_pem, certificate_pem=issued.certificate_pem + material.issuers(vault, now))

    def usable(self, installation: Installation, service: str, now: datetime) -> bool:
        """Whatever is stored, a failure of the own CA is told at once."""
        del installation, service, now
        return False


def due(installation: Installation, service: ServicePlan, now: datetime) -> str:
    """Given a service and the time, return why the own CA's certificate for it is not right, at hand or not; "" if it is."""
    vault = installation.vault
    ca, pair = vault.read(CA_CERTIFICATE), pairs.read(vault, service.name)
    if ca is None or pair is None or service.certificate is None:
        return "missing"
    return str(reason_to_renew(pair, service.certificate, ca, now, material.issuers(vault, now)) or "")
