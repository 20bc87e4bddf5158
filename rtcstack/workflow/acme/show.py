"""What is known about the public CA, our account there, and the certificates that come from it; for people and for scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError
from rtcstack.pki import public
from rtcstack.pki.certificates import fingerprint
from rtcstack.plan.service import ServicePlan
from rtcstack.workflow.acme import ledger
from rtcstack.workflow.acme.account import connected
from rtcstack.workflow.acme.memory import Memory
from rtcstack.workflow.acme.source import AcmeSource, of, services, suggested
from rtcstack.workflow.context import Installation, open_installation
from rtcstack.zone.derived import issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One service's certificate. Times are None if there is none, or if the CA did not say; `reason` is why one is due, or ""."""

    service: str
    names: tuple[str, ...]
    not_after: datetime | None
    due_from: datetime | None
    suggested: datetime | None
    not_before: datetime | None
    reason: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The CA, the account ("" before there is one), the value for CAA records ("" if unknown), services, proofs not taken away.

    `profiles` is None if the CA was not asked.
    """

    directory: str
    account: str
    contact: str
    terms: str
    caa: str
    profiles: Mapping[str, str] | None
    key_change: bool
    services: tuple[Standing, ...]
    left: tuple[tuple[str, str], ...] = field(default=())


def show(installation: Installation, now: datetime, *, ask: bool) -> Shown:
    """Given an installation that uses a public CA and the time, return what is known; `ask` asks the CA, and makes the account.

    Raise RequestError if none is used, CaError if the CA does not answer.
    """
    spec = installation.stack.site.certificates.acme
    if spec is None:
        raise RequestError("this installation uses no public CA", hint="See `[certificates]` in the README.")
    profiles = None
    if ask:
        with locked(installation.directory), connected(installation.vault, of(installation)) as (client, _):
            profiles = client.about.profiles
        # What the CA told may be in the zone from now on.
        installation = open_installation(installation.directory)
    memory = Memory(installation.vault, spec.url)
    site = installation.stack.site
    caa = site.caa or site.public_caa
    reasons = AcmeSource().reasons(installation, now)
    return Shown(
        directory=spec.url,
        account=memory.account,
        contact=str(memory.data.get("contact") or ""),
        terms=str(memory.data.get("terms") or ""),
        caa="" if caa is None else issuer(caa),
        profiles=profiles,
        key_change=installation.vault.read(memory.next_key_name) is not None,
        services=tuple(_standing(memory, service, reasons.get(service.name, "")) for service in services(installation)),
        left=ledger.everywhere(installation.vault),
    )


def _standing(memory: Memory, service: ServicePlan, reason: str) -> Standing:
    request, chain = service.certificate, memory.vault.read(f"{service.name}.crt")
    leaf = None
    if chain is not None and reason not in (str(public.Due.UNREADABLE), "missing"):
        leaf = x509.load_pem_x509_certificate(chain)
    return Standing(
        service=service.name,
        names=() if request is None else public.dns_names(request),
        not_after=None if leaf is None else leaf.not_valid_after_utc,
        due_from=None if leaf is None else public.due_from(leaf),
        suggested=None if leaf is None or chain is None else suggested(memory, service.name, fingerprint(chain)),
        not_before=memory.time(service.name, "not_before"),
        reason=reason,
        differences=() if request is None else tuple(public.differences(request)),
    )
