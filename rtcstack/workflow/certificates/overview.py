"""`certs`: every service's certificate as it is stored, and as it is served on every port."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from rtcstack.engine import pairs, timers
from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.pki import public
from rtcstack.pki.certificates import describe
from rtcstack.plan.listener import Listener
from rtcstack.plan.service import ServicePlan
from rtcstack.probes.result import ProbeResult
from rtcstack.workflow.authority import remarks as ca_remarks
from rtcstack.workflow.certificates import files, ledger
from rtcstack.workflow.certificates.sources import due_now
from rtcstack.workflow.context import Installation
from rtcstack.workflow.health import ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One service's certificate. `served` is None if nothing was measured; `ports` are the listeners with TLS and their results."""

    service: str
    source: str
    names: tuple[str, ...]
    issuer: str
    not_before: datetime | None
    not_after: datetime | None
    sha256: str
    due: str
    served: bool | None
    ports: tuple[tuple[Listener, ProbeResult], ...] = ()

    def days_left(self, now: datetime) -> int | None:
        """Given the time, return the whole days until it ends, negative after that."""
        return None if self.not_after is None else (self.not_after - now).days

    def data(self, now: datetime) -> dict[str, Any]:
        """Given the time, return it as JSON."""
        return {
            "service": self.service,
            "source": self.source,
            "names": list(self.names),
            "issuer": self.issuer or None,
            "not_before": None if self.not_before is None else self.not_before.isoformat(),
            "not_after": None if self.not_after is None else self.not_after.isoformat(),
            "days_left": self.days_left(now),
            "sha256": self.sha256 or None,
            "due": self.due or None,
            "served": self.served,
            "ports": [
                {
                    "address": str(listener.address),
                    "port": listener.port,
                    "transport": str(listener.transport),
                    "protocol": str(listener.protocol),
                    "starttls": listener.starttls,
                    "sha256": result.certificate_sha256 or None,
                    "ok": result.ok,
                    "happened": result.happened,
                }
                for listener, result in self.ports
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Every row, what must be known besides, what the last renewals did, and why nothing was measured ("" if it was)."""

    rows: tuple[Row, ...]
    remarks: tuple[str, ...]
    renewal: Mapping[str, object] = field(default_factory=dict)
    not_measured: str = ""

    @property
    def good(self) -> bool:
        """Whether every certificate is stored, not overdue and, as far as was measured, the one that is served."""
        return all(row.sha256 and row.served is not False for row in self.rows)


def overview(installation: Installation, now: datetime) -> Overview:
    """Given an installation and the time, return how its certificates stand. Without an engine nothing is measured."""
    services = tuple(service for service in installation.stack.services if service.certificate is not None)
    measured: dict[Listener, ProbeResult] = {}
    why = ""
    try:
        with Engine() as engine:
            listeners = tuple(entry for s in services for entry in s.listeners if entry.encrypted and not entry.internal)
            measured = {result.listener: result for result in ask(installation, engine, listeners)}
    except WorldError as error:
        why = error.message
    due = due_now(installation, now)
    own = tuple(service.name for service in services if service.source != "acme")
    told = [*ca_remarks.remarks(installation, own, now)]
    told += [text for service in installation.stack.issued_by("files") if (text := files.remark(installation, service, now)[1])]
    told += public.remarks(s.certificate for s in installation.stack.issued_by("acme") if s.certificate is not None)
    told += ca_remarks.fitness_lines(installation, {service.name for service in services})
    return Overview(
        rows=tuple(_row(installation, service, due.get(service.name, ""), measured) for service in services),
        remarks=tuple(dict.fromkeys(told)),
        renewal=renewal(installation, now),
        not_measured=why,
    )


def renewal(installation: Installation, now: datetime) -> dict[str, object]:
    """Given an installation and the time, return what the last renewals did and by what they are called, as JSON."""
    found = ledger.read(installation.compose)
    by = timers.installed(installation.stack)
    return {"timer": by or None, "silent": found.is_silent(by, now), **found.data()}


def _row(installation: Installation, service: ServicePlan, due: str, measured: Mapping[Listener, ProbeResult]) -> Row:
    pair = pairs.read(installation.vault, service.name)
    ports = tuple((entry, measured[entry]) for entry in service.listeners if entry in measured)
    if pair is None:
        return _missing(service, due)
    try:
        told, leaf = describe(pair.certificate_pem), x509.load_pem_x509_certificate(pair.certificate_pem)
    except (WorldError, ValueError):
        return _missing(service, due or "the certificate cannot be read")
    now = datetime.now(UTC)
    stands_in = service.source == "files" and not files.brought(installation, service.name, now)
    served = all(result.ok and result.certificate_sha256 == told.sha256 for _, result in ports) if ports else None
    return Row(
        service=service.name,
        source="own-ca (nothing imported)" if stands_in else service.source,
        names=told.names,
        issuer=leaf.issuer.rfc4514_string(),
        not_before=leaf.not_valid_before_utc,
        not_after=told.not_after,
        sha256=told.sha256,
        due=due,
        served=served,
        ports=ports,
    )


def _missing(service: ServicePlan, due: str) -> Row:
    return Row(
        service=service.name, source=service.source, names=(), issuer="", not_before=None, not_after=None, sha256="", due=due,
        served=None,
    )  # fmt: skip
