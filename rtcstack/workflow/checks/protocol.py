"""What good answers tell besides: realm, our own address as the server sees it, ALPN, the certificate shown. Pure."""

from collections.abc import Iterator, Sequence

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.plan.service import ServicePlan
from rtcstack.probes.result import ProbeResult
from rtcstack.workflow.checks.listening import AGAIN
from rtcstack.workflow.checks.verdict import Level, Observation
from rtcstack.workflow.finding import Severity

ALPN = {Protocol.TURN: "stun.turn", Protocol.XMPP_CLIENT: "xmpp-client", Protocol.HTTPS: "http/1.1"}
"""What a server chooses of what we offer (RFC 7443, XEP-0368); kamailio chooses nothing."""


def observe(
    service: ServicePlan, results: Sequence[ProbeResult], *, domain: str, own: frozenset[str], stored: str, container: str
) -> Iterator[Observation]:
    """Given a service's good answers, the domain, our own addresses and the certificate on disk, yield what they mean."""
    good = [result for result in results if result.ok]
    again = AGAIN.format(container=container)
    realms = {r.facts["realm"] for r in good if "realm" in r.facts}
    if realms:
        happened = f"the realm is {' and '.join(sorted(realms))}"
        yield _seen(service, "realm", "the realm of TURN, in which people's keys are made", happened, again, ok=realms == {domain})
    seen = {r.facts["sees"] for r in good if "sees" in r.facts}
    if seen and own:
        happened = f"it sees us at {' and '.join(sorted(seen))}"
        remedy = (
            "Something between here and there rewrites addresses: look for NAT rules (`nft list ruleset`, `iptables -t nat -S`)."
        )
        yield _seen(service, "reflexive", "our own address by STUN", happened, remedy, ok=seen <= own)
    chosen = {(r.listener, r.facts["alpn"]) for r in good if r.facts.get("alpn") is not None and _speaks(r.listener)}
    if chosen:
        wrong = sorted(f"{listener.address}:{listener.port}" for listener, name in chosen if name != ALPN[listener.protocol])
        happened = f"not chosen at {', '.join(wrong)}" if wrong else "chosen as it must be"
        yield _seen(
            service, "alpn", "the protocol's name in TLS (ALPN)", happened, again, ok=not wrong, severity=Severity.WARNING
        )  # fmt: skip
    shown = {r.certificate_sha256 for r in results if r.certificate_sha256}
    if shown and stored:
        happened = "another one than is stored" if shown - {stored} else "the same"
        remedy = "Type `rtcstack up`: it delivers the stored one and has the server take it up."
        yield _seen(service, "certificate-old", "the certificate that it shows", happened, remedy, ok=shown == {stored})


def _speaks(listener: Listener) -> bool:
    return listener.transport is Transport.TLS and listener.protocol in ALPN


def _seen(
    service: ServicePlan, what: str, tried: str, happened: str, remedy: str, *, ok: bool, severity: Severity = Severity.ERROR
) -> Observation:
    return Observation(
        id=f"{service.name}.{what}", service=service.name, level=Level.PROTOCOL, tried=tried, happened=happened, ok=ok,
        remedy=remedy, severity=severity,
    )  # fmt: skip
