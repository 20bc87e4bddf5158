"""Where certificates come from: why one must be made anew, and making it. What is made here is written nowhere."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from rtcstack.engine import pairs
from rtcstack.engine.vault import CA_CERTIFICATE, CA_KEY
from rtcstack.errors import Problem, RtcstackError, WorldError
from rtcstack.pki.ca import create_ca
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.pairs import broken
from rtcstack.workflow import trust
from rtcstack.workflow.certificates.files import Files
from rtcstack.workflow.certificates.own_ca import OwnCa, due
from rtcstack.workflow.context import Installation

if TYPE_CHECKING:
    from rtcstack.workflow.acme.source import AcmeSource


class Source(Protocol):
    """What `[certificates] source` names."""

    def reasons(self, installation: Installation, now: datetime) -> dict[str, str]:
        """Given an installation and the time, return why certificates of this source must be made anew, by service."""
        ...

    def obtain(self, installation: Installation, service: str, now: datetime) -> KeyPair:
        """Given a service and the time, return a new key with its chain. Raise RtcstackError; what is in use stays."""
        ...

    def usable(self, installation: Installation, service: str, now: datetime) -> bool:
        """Given a service and the time, return whether what is stored for it may stay in use when no new one is to be had."""
        ...


def source(name: str) -> Source:
    """Given the name of a source as the file has it, return the source."""
    if name == "acme":
        return public_ca()
    return Files() if name == "files" else OwnCa()


def reasons(installation: Installation, now: datetime) -> dict[str, str]:
    """Given an installation and the time, return why certificates must be made anew, by service; nothing for the right ones."""
    found: dict[str, str] = {}
    for name in sorted({str(service.source) for service in installation.stack.services if service.certificate is not None}):
        found |= source(name).reasons(installation, now)
    return {service.name: found[service.name] for service in installation.stack.services if service.name in found}


def due_now(installation: Installation, now: datetime) -> dict[str, str]:
    """Given an installation and the time, return why certificates are due, by service: those too whose CA's key is not at hand."""
    found = {service.name: due(installation, service, now) for service in installation.stack.issued_by("own-ca")}
    return {name: reason for name, reason in found.items() if reason} | reasons(installation, now)


def make_authority(installation: Installation, now: datetime) -> None:
    """Given an installation and the time, make its CA unless it is there; the key first, so that no kill leaves a CA without."""
    vault, site = installation.vault, installation.stack.site
    if vault.read(CA_CERTIFICATE) is not None:
        return
    ca = create_ca((site.domain, *site.aliases), now, key_pem=vault.read(CA_KEY))
    vault.create(CA_KEY, ca.key_pem)
    vault.create(CA_CERTIFICATE, ca.certificate_pem)


def obtain(installation: Installation, service: str, now: datetime) -> KeyPair:
    """Given a service and the time, return a new key with its chain from the service's source.

    Raise RtcstackError if there is none to be had, or if clients would refuse it now; what is in use stays.
    """
    plan = installation.stack.service(service)
    if plan.certificate is None:
        raise LookupError(service)
    pair = source(plan.source).obtain(installation, service, now)
    # A public CA has a clock of its own: what it issued begins when it did so, perhaps minutes after we began.
    if why := broken(pair, datetime.now(UTC) if plan.source == "acme" else now):
        raise WorldError(f"the new certificate of {service} cannot be used: {why}", hint="See `date` and `rtcstack certs`.")
    return pair


def issue_certificate(installation: Installation, service: str, now: datetime) -> str:
    """Given a service and the time, get its certificate and put it into the vault, for the next delivery.

    Return why there is none while the one in use still serves, "" if all is well. Raise RtcstackError if there is nothing that
    could stay in use.
    """
    try:
        pair = obtain(installation, service, now)
    except RtcstackError as error:
        if not source(installation.stack.service(service).source).usable(installation, service, now):
            raise
        return f"the certificate of {service} stays as it is: {error.message}. {error.hint}".strip()
    pairs.put(installation.vault, service, pair)
    return ""


def problems(installation: Installation) -> tuple[Problem, ...]:
    """Given an installation, return everything that is wrong with the files that `[certificates]` names."""
    found = list(trust.problems(installation))
    if installation.stack.issued_by("acme"):
        found += public_ca().problems(installation)
    return tuple(found)


def public_ca() -> "AcmeSource":
    """Return the source of certificates from a public CA; its library is loaded only where one is used."""
    from rtcstack.workflow.acme.source import AcmeSource  # noqa: PLC0415 - see above

    return AcmeSource()
