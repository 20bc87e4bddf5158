"""When a new certificate counts as served: on every port with TLS, believed, and nothing worse than before."""

from ipaddress import IPv4Address

import pytest

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.probes.result import ProbeResult
from rtcstack.workflow.certificates.wire import Look, not_served

OLD, NEW = "0" * 64, "1" * 64
TLS, DTLS, UDP = (
    Listener(address=IPv4Address("198.51.100.10"), port=443, transport=transport, protocol=Protocol.TURN)
    for transport in (Transport.TLS, Transport.DTLS, Transport.UDP)
)


def seen(listener: Listener, sha256: str = "", code: str = "") -> ProbeResult:
    return ProbeResult(
        listener=listener, ok=not code, tried=f"asked {listener.transport}", happened=code or "answered", seconds=0.0,
        certificate_sha256=sha256, code=code,
    )  # fmt: skip


def look(*results: ProbeResult) -> Look:
    return Look({result.listener: result for result in results})


BEFORE = look(seen(TLS, OLD), seen(DTLS, OLD), seen(UDP))


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (BEFORE, f"asked tls: still another certificate ({OLD[:16]}…)"),
        (look(seen(TLS, NEW), seen(DTLS, OLD), seen(UDP)), f"asked dtls: still another certificate ({OLD[:16]}…)"),
        (look(seen(TLS, NEW), seen(DTLS, code="timeout"), seen(UDP)), "asked dtls: timeout"),
        (look(seen(TLS, NEW, "issuer"), seen(DTLS, NEW), seen(UDP)), "asked tls: issuer"),
        (look(seen(TLS, NEW), seen(DTLS, NEW), seen(UDP, code="timeout")), "asked udp: timeout"),
        (look(seen(TLS, code="tls"), seen(DTLS, code="timeout"), seen(UDP)), "asked tls: tls"),
        (look(), "no port shows a certificate"),
    ],
    ids=["the old one everywhere", "the old one on one port", "one silent", "not believed", "UDP silent", "broken", "nothing"],
)
def test_it_is_not_served(after: Look, why: str) -> None:
    assert not_served(BEFORE, after, NEW) == why


def test_it_is_served_when_every_port_shows_it_alone() -> None:
    assert not_served(BEFORE, look(seen(TLS, NEW), seen(DTLS, NEW), seen(UDP)), NEW) == ""


def test_what_was_silent_before_is_not_held_against_it() -> None:
    before = look(seen(TLS, OLD), seen(DTLS, code="timeout"), seen(UDP, code="timeout"))
    assert not_served(before, look(seen(TLS, NEW), seen(DTLS, code="timeout"), seen(UDP, code="timeout")), NEW) == ""
    silent = look(seen(TLS, code="refused"))
    assert not_served(silent, silent, NEW) == "no port shows a certificate"


def test_after_an_expired_one_the_new_one_must_be_believed() -> None:
    before = look(seen(TLS, OLD, "expired"))
    assert not_served(before, look(seen(TLS, NEW)), NEW) == ""
    assert not_served(before, look(seen(TLS, NEW, "issuer")), NEW) == "asked tls: issuer"


def test_a_look_says_what_is_shown_and_whether_anything_answers() -> None:
    assert BEFORE.shown == {OLD}
    assert BEFORE.answers
    assert not look(seen(TLS, code="refused")).answers
