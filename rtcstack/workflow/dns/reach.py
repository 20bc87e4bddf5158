"""Whether the IPv6 addresses of our services answer where their IPv4 addresses do: an AAAA that leads nowhere costs time."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rtcstack.engine import links
from rtcstack.engine.docker import Engine
from rtcstack.errors import RtcstackError
from rtcstack.plan.listener import Listener
from rtcstack.plan.service import ServicePlan
from rtcstack.probes.result import ProbeResult
from rtcstack.probes.run import probe_all
from rtcstack.workflow.context import Installation
from rtcstack.workflow.dns.findings import DNS, REMARK, DnsFinding
from rtcstack.workflow.finding import Severity
from rtcstack.workflow.inside import probe_inside
from rtcstack.workflow.trust import roots

PATIENCE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the probes said of the listeners with IPv6 whose twin with IPv4 answers; `untried` says why none were sent."""

    dead: Mapping[str, tuple[ServicePlan, tuple[ProbeResult, ...]]] = field(default_factory=dict)
    untried: str = ""

    def findings(self, published: Collection[str]) -> Iterator[DnsFinding]:
        """Given the IPv6 addresses that are published, yield a finding for each that does not answer."""
        if self.untried and published:
            yield DnsFinding(
                id="dns.aaaa-untried", service=DNS, severity=REMARK, tried="whether the published IPv6 addresses answer",
                happened=self.untried, remedy="`rtcstack status` and `rtcstack check` look at every address.",
            )  # fmt: skip
        for address, (service, results) in self.dead.items():
            if address not in published:
                continue
            yield DnsFinding(
                id=f"dns.aaaa:{address}",
                service=service.name,
                severity=Severity.ERROR,
                tried="; ".join(result.tried for result in results[:2]),
                happened=f"{results[0].happened}, while the IPv4 address answers",
                remedy=f"Mend it (`rtcstack status`), or take the AAAA of {service.hostname} out of the zone until then.",
                breaks=f"clients with IPv6 wait before they reach {service.hostname}, or do not reach it",
            )


def reach(installation: Installation) -> Reach:
    """Given an installation, ask every listener that has both kinds of address. No packet leaves by another link than ours."""
    stack = installation.stack
    pairs = tuple(
        (service, four, six)
        for service in stack.services
        if service.hostname is not None
        for four in service.listeners
        for six in service.listeners
        if four.address.version == 4 and six.address.version == 6 and not four.internal and _like(four) == _like(six)
    )
    if not pairs:
        return Reach()
    asked = tuple(dict.fromkeys(listener for _, four, six in pairs for listener in (four, six)))
    try:
        results = {result.listener: result for result in _probe(installation, asked)}
    except RtcstackError:
        return Reach(untried="not tried: the stack does not run here, or no client can be put on its network")
    dead: dict[str, tuple[ServicePlan, tuple[ProbeResult, ...]]] = {}
    for service, four, six in pairs:
        if results[four].ok and not results[six].ok:
            known = dead.get(str(six.address), (service, ()))[1]
            dead[str(six.address)] = service, (*known, results[six])
    silent = not any(results[four].ok for _, four, _ in pairs)
    return Reach(dead=dead, untried="not tried: the stack does not run" if silent else "")


def _like(listener: Listener) -> tuple[object, ...]:
    return listener.port, listener.transport, listener.protocol, listener.starttls, listener.identity


def _probe(installation: Installation, listeners: tuple[Listener, ...]) -> tuple[ProbeResult, ...]:
    ca = roots(installation, datetime.now(UTC))
    if installation.stack.site.network.host_access and not links.missing(installation.stack):
        return probe_all(listeners, ca, PATIENCE)
    with Engine() as engine:
        return probe_inside(installation, engine, listeners, ca)
