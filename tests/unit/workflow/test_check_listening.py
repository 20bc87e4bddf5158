"""From answers of listeners to one cause: told by how they fail, not by words."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.plan.service import ServicePlan
from rtcstack.probes.result import ProbeResult
from rtcstack.spec.model import ServiceOptions
from rtcstack.workflow.checks.listening import listening

SERVICE = ServicePlan(
    name="coturn", role="turn", image="coturn", hostname="turn-server.falcot.com", address=ip_address("192.0.2.10"),  # type: ignore[arg-type]
    address6=None, options=ServiceOptions(), containers=(), listeners=(),
)  # fmt: skip


def result(transport: str, code: str = "", address: str = "192.0.2.10", *, starttls: bool = False) -> ProbeResult:
    listener = Listener(
        address=ip_address(address), port=443, transport=Transport(transport), protocol=Protocol.TURN, starttls=starttls
    )
    return ProbeResult(listener=listener, ok=not code, tried="t", happened=code or "well", seconds=0, code=code)


def bad(*results: ProbeResult) -> list[str]:
    return [seen.id for seen in listening(SERVICE, results, frozenset(), "x-coturn") if not seen.ok]


SIX = "2001:db8::10"


@pytest.mark.parametrize(
    ("results", "finding"),
    [
        ([result("udp", "timeout"), result("tcp", "timeout"), result("tls", "unreachable")], "silent"),
        ([result("udp", "timeout"), result("dtls", "timeout"), result("tcp"), result("tls")], "udp"),
        ([result("udp"), result("dtls"), result("tcp", "timeout"), result("tls", "timeout")], "tcp"),
        ([result("udp"), result("dtls", "timeout"), result("tcp"), result("tls", "closed")], "tls"),
        ([result("udp"), result("tcp"), result("tls", "expired")], "certificate"),
        ([result("tls", "name"), result("tcp", "tls", starttls=True)], "certificate"),
        ([result("udp"), result("tcp", "refused"), result("tls", "refused")], "closed"),
        ([result("udp", "timeout", SIX), result("tcp", "timeout", SIX), result("udp"), result("tcp")], "ipv6"),
        ([result("udp", "open-relay"), result("tcp")], "open-relay"),
        ([result("udp", "wrong"), result("tcp")], "protocol"),
    ],
)
def test_one_cause_is_one_observation(results: list[ProbeResult], finding: str) -> None:
    assert bad(*results) == [f"coturn.{finding}"]


def test_good_answers_are_each_counted() -> None:
    assert len(list(listening(SERVICE, [result("udp"), result("tcp")], frozenset(), "x"))) == 2


def test_it_says_how_many_more() -> None:
    observations = list(listening(replace(SERVICE), [result("udp", "refused"), result("tcp", "refused")], frozenset(), "x"))
    assert [seen.happened for seen in observations] == ["refused (and 1 more like it)"]
