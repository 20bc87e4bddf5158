"""From what every listener answered to what is wrong with a service: one cause for many listeners, told by how they fail. Pure."""

from collections.abc import Callable, Iterator, Sequence

from rtcstack.plan.listener import Listener, Transport
from rtcstack.plan.service import ServicePlan
from rtcstack.probes.result import ProbeResult
from rtcstack.workflow.checks.verdict import Level, Observation

CERTIFICATE = frozenset({"expired", "early", "name", "issuer", "certificate"})
NO_ANSWER = frozenset({"timeout", "unreachable", "failed"})
NO_TLS = frozenset({"tls", "closed", "reset", "timeout"})
UDP = frozenset({Transport.UDP, Transport.DTLS})
SECURE = frozenset({Transport.TLS, Transport.DTLS})
PLAIN = {Transport.TLS: Transport.TCP, Transport.DTLS: Transport.UDP}

AGAIN = "Type `docker rm -f {container}`, then `rtcstack up`: its files and certificate are delivered anew."
REMEDIES = {
    "silent": "Type `rtcstack logs {service}`; if it says nothing, `docker restart {container}`; else a firewall is in the way.",
    "ipv6": "Nothing of {service} answers over IPv6: look at `docker exec {container} cat /proc/net/if_inet6`, then at firewalls.",
    "udp": "Something drops UDP: let udp/{port} to {address} through (`nft list ruleset`, `iptables -S`, the router's rules).",
    "tcp": "Something drops TCP: let tcp/{port} to {address} through (`nft list ruleset`, `iptables -S`, the router's rules).",
    "closed": "Type `rtcstack logs {service}`: the server runs and does not listen there. " + AGAIN,
    "certificate": "Type `rtcstack up`: it issues what is due, delivers it and has the server take it up.",
    "tls": "Type `rtcstack logs {service}`: the server could not use its key or certificate. " + AGAIN,
    "unanswered": "Type `rtcstack logs {service}`, then `docker restart {container}`.",
    "open-relay": "It relays for strangers: type `docker stop {container}` now. " + AGAIN,
    "protocol": "Type `rtcstack logs {service}`. " + AGAIN,
}


def listening(service: ServicePlan, results: Sequence[ProbeResult], on: frozenset[str], container: str) -> Iterator[Observation]:
    """Given a service, its listeners' answers, what it rests on and its container's name, yield good and bad observations.

    Everything that fails in one way is one observation; the sentence names the first listener and says how many more.
    """
    for result in results:
        if result.ok:
            yield _observation(service, "answers", (result,), on, "", ok=True)
    left = [result for result in results if not result.ok]
    for kind, takes in _KINDS:
        group = [result for result in left if takes(result, results)]
        if group:
            left = [result for result in left if result not in group]
            first = group[0].listener
            values = {"service": service.name, "container": container, "port": first.port, "address": first.address}
            yield _observation(service, kind, group, on, REMEDIES[kind].format(**values), ok=False)


def _observation(
    service: ServicePlan, kind: str, group: Sequence[ProbeResult], on: frozenset[str], remedy: str, *, ok: bool
) -> Observation:
    first = group[0]
    more = f" (and {len(group) - 1} more like it)" if len(group) > 1 else ""
    return Observation(
        id=f"{service.name}.{kind}",
        service=service.name,
        level=Level.LISTENER,
        tried=first.tried,
        happened=first.happened + more,
        ok=ok,
        remedy=remedy,
        on=on,
    )


def _same(one: Listener, other: Listener) -> bool:
    return one.address == other.address and one.port == other.port


def _silent(_: ProbeResult, every: Sequence[ProbeResult]) -> bool:
    return all(result.code in NO_ANSWER for result in every)


def _certificate(one: ProbeResult, every: Sequence[ProbeResult]) -> bool:
    # A server that has no certificate for the name asked for may break off the handshake elsewhere.
    return one.code in CERTIFICATE or (one.code == "tls" and any(result.code in CERTIFICATE for result in every))


def _ipv6(one: ProbeResult, every: Sequence[ProbeResult]) -> bool:
    six = [result for result in every if result.listener.address.version == 6]
    return one in six and all(result.code in NO_ANSWER for result in six) and all(r.ok for r in every if r not in six)


def _tls(one: ProbeResult, every: Sequence[ProbeResult]) -> bool:
    if one.listener.transport not in SECURE and not one.listener.starttls:
        return False
    if one.code in ("tls", "closed", "reset"):
        return True
    # It answers in clear at the same place, so that nothing on the way is to blame.
    plain = PLAIN.get(one.listener.transport)
    siblings = [r for r in every if r.listener.transport is plain and _same(r.listener, one.listener)]
    return one.code in NO_TLS and any(r.ok for r in siblings)


def _transport(one: ProbeResult, every: Sequence[ProbeResult], *, udp: bool) -> bool:
    if one.code not in NO_ANSWER or (one.listener.transport in UDP) is not udp:
        return False
    here = [r for r in every if r.listener.address == one.listener.address]
    mine = [r for r in here if (r.listener.transport in UDP) is udp]
    others = [r for r in here if r not in mine]
    return all(r.code in NO_ANSWER for r in mine) and any(r.ok for r in others)


_Takes = Callable[[ProbeResult, Sequence[ProbeResult]], bool]
_KINDS: tuple[tuple[str, _Takes], ...] = (
    ("silent", _silent),
    ("ipv6", _ipv6),
    ("open-relay", lambda one, _: one.code == "open-relay"),
    ("certificate", _certificate),
    ("udp", lambda one, every: _transport(one, every, udp=True)),
    ("tcp", lambda one, every: _transport(one, every, udp=False)),
    ("tls", _tls),
    ("closed", lambda one, _: one.code == "refused"),
    ("unanswered", lambda one, _: one.code in NO_ANSWER),
    ("protocol", lambda *_: True),
)
"""In this order: what explains more comes first."""
