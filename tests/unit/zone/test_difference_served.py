"""What is served against what should be: the kind of each fault, and what it breaks in words."""

from dataclasses import replace

import dns.name
import pytest

from rtcstack.plan.record import record
from rtcstack.zone.consequence import breaks
from rtcstack.zone.difference import sets
from rtcstack.zone.difference_served import Kind, gaps, questions

OWN = (
    record("sip-proxy.falcot.com", "A", "192.0.2.14", "the SIP server"),
    record("_sips._tcp.falcot.com", "SRV", "0 0 443 sip-proxy.falcot.com.", "SIP over TLS"),
    record("_sip._udp.falcot.com", "SRV", "0 0 0 .", "not offered"),
    record("falcot.com", "NAPTR", '10 10 "s" "SIPS+D2T" "" _sips._tcp.falcot.com.', "TLS first"),
)
WANTED = sets(OWN)


def served(*others: tuple[str, str, str], without: tuple[str, ...] = ()) -> dict[tuple[dns.name.Name, str], Kind]:
    kept = [each for each in OWN if each.owner.to_text(omit_final_dot=True) not in without]
    there = sets([*kept, *(record(*other, "") for other in others)])
    return {gap.key: gap.kind for gap in gaps(WANTED, there)}


def key(owner: str, kind: str) -> tuple[dns.name.Name, str]:
    return dns.name.from_text(owner), kind


SIPS, HOST, UDP = "_sips._tcp.falcot.com", "sip-proxy.falcot.com", "_sip._udp.falcot.com"


@pytest.mark.parametrize(
    ("others", "without", "expected"),
    [
        ((), (SIPS,), {key(SIPS, "SRV"): Kind.MISSING}),
        (((SIPS, "SRV", "0 0 5061 sip-proxy.falcot.com."),), (SIPS,), {key(SIPS, "SRV"): Kind.PORT}),
        (((SIPS, "SRV", "0 0 443 old.falcot.com."),), (SIPS,), {key(SIPS, "SRV"): Kind.TARGET}),
        (((SIPS, "SRV", "7 0 443 sip-proxy.falcot.com."),), (SIPS,), {key(SIPS, "SRV"): Kind.VALUE}),
        (((SIPS, "SRV", "0 0 5061 sip-proxy.falcot.com."),), (), {key(SIPS, "SRV"): Kind.EXTRA}),
        (((HOST, "A", "192.0.2.99"),), (HOST,), {key(HOST, "A"): Kind.ADDRESS}),
        (((HOST, "CNAME", "www.falcot.com."),), (HOST,), {key(HOST, "CNAME"): Kind.ALIAS}),
        (((HOST, "AAAA", "2001:db8::1"),), (), {key(HOST, "AAAA"): Kind.STALE}),
        (((UDP, "SRV", "0 0 443 sip-proxy.falcot.com."),), (UDP,), {key(UDP, "SRV"): Kind.TARGET}),
        ((), (), {}),
    ],
)
def test_each_fault_has_its_kind(
    others: tuple[tuple[str, str, str], ...], without: tuple[str, ...], expected: dict[tuple[dns.name.Name, str], Kind]
) -> None:
    assert served(*others, without=without) == expected


def test_another_time_to_live_is_told_apart() -> None:
    (gap, *_) = gaps(WANTED, sets(replace(each, ttl=60) for each in OWN))

    assert (gap.kind, gap.ttl, gap.served) == (Kind.TTL, 3600, 60)


def test_names_in_capitals_are_the_same_names() -> None:
    there = sets([*OWN[:1], record(SIPS.upper(), "SRV", "0 0 443 SIP-PROXY.falcot.com.", ""), *OWN[2:]])

    assert gaps(WANTED, there) == ()


def test_what_a_former_setting_may_have_left_is_asked_too() -> None:
    asked = set(questions(OWN))

    assert {key(HOST, "AAAA"), key("_sip._tcp.falcot.com", "SRV"), key(UDP, "SRV")} <= asked
    assert key("_xmpp-client._tcp.falcot.com", "SRV") not in asked
    assert not any(owner == dns.name.from_text("falcot.com") and kind != "NAPTR" for owner, kind in asked)


def test_what_breaks_is_told_in_words() -> None:
    words = {gap.key[0].to_text(omit_final_dot=True): breaks(gap, "the SIP server") for gap in gaps(WANTED, {})}

    assert words == {
        "falcot.com": "phones that ask for the best transport are not told that TLS is offered",
        SIPS: "phones cannot find the SIP proxy (SIP over TLS)",
        UDP: "clients are not told that this is not offered: they try a closed port, and wait",
        HOST: "nobody reaches sip-proxy.falcot.com: the SIP server",
    }


def test_an_alias_below_an_srv_record_names_the_rule() -> None:
    there = sets([*OWN[1:], record(HOST, "CNAME", "www.falcot.com.", "")])
    (gap,) = gaps(WANTED, there)

    assert "RFC 2782" in breaks(gap, "the SIP server", target=True)
    assert "RFC 2782" not in breaks(gap, "the SIP server")
