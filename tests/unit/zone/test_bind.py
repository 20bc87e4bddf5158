"""The text: exactly as expected, the same bytes each time, and read back to the same records."""

import dns.name
import dns.zone
import pytest

from rtcstack.plan.record import Record, address_record, record, srv
from rtcstack.zone import bind
from rtcstack.zone.build import zones
from rtcstack.zone.complete import complete, name_server, serial
from rtcstack.zone.zone import Zone, zone
from tests.unit.sites import site
from tests.unit.zone.examples import FOUR, records, stack

FRAGMENT = """\
; falcot.com: made by rtcstack from rtcstack.toml.
; Paste this at the end of the zone: $ORIGIN holds for every line after it. Raise the serial number.
$ORIGIN falcot.com.

; Host names
gw                 3600  IN  A      198.51.100.14           ; the gateway
gw                 3600  IN  AAAA   2001:db8:1000:2000::14  ; the gateway

; Which transports, in which order
@                  3600  IN  NAPTR  10 10 "s" "SIPS+D2T" "" _sips._tcp.falcot.com.  ; phones get TLS

; Which host and port
_sips._tcp         3600  IN  SRV    0 0 443 gw.falcot.com.  ; SIP over TLS
_xmpp-client._tcp  3600  IN  SRV    0 0 443 gw.falcot.com.  ; XMPP
_sip._udp          3600  IN  SRV    0 0 0 .                 ; SIP over UDP is not offered
_turns._udp        3600  IN  SRV    0 0 443 gw.falcot.com.  ; optional: TURN over DTLS

; Who may certify
gw                 3600  IN  CAA    0 issue ";"  ; optional: no public CA may certify this name: our own does (RFC 8659)
"""
SOA = """\
; The zone
@                  3600  IN  SOA    ns.falcot.com. hostmaster.falcot.com. 7 3600 600 1209600 300  ; the zone itself
@                  3600  IN  NS     ns.falcot.com.                                                ; the name server: put yours here

; Host names
gw                 3600  IN  A      198.51.100.14           ; the gateway
gw                 3600  IN  AAAA   2001:db8:1000:2000::14  ; the gateway
ns                 3600  IN  A      198.51.100.22           ; the name server's place: put yours here
ns                 3600  IN  AAAA   2001:db8:1000:2000::22  ; the name server's place: put yours here
"""


def whole(number: int | None = None) -> Zone:
    return complete(zones(stack(), "ab" * 32)[0], name_server(stack()), number)


def read(text: str, *, checked: bool) -> set[tuple[str, str, int]]:
    found = dns.zone.from_text(text, origin=None, relativize=False, check_origin=checked)
    return {(str(owner), str(rdata), ttl) for owner, ttl, rdata in found.iterate_rdatas()}


def told(found: Zone) -> set[tuple[str, str, int]]:
    return {(str(each.owner), str(each.rdata), each.ttl) for each in found.records}


def test_a_fragment_to_paste() -> None:
    assert bind.text(zones(stack())[0]) == FRAGMENT


def test_a_whole_zone_begins_with_soa_and_ns() -> None:
    text = bind.text(whole(7))

    assert text.startswith("; falcot.com: made by rtcstack from rtcstack.toml.\n$ORIGIN falcot.com.\n\n" + SOA)


def test_it_is_read_back_to_the_same_records() -> None:
    fragment = zones(stack())[0]

    assert read(bind.text(fragment), checked=False) == told(fragment)
    assert read(bind.text(whole()), checked=True) == told(whole())


def test_a_fragment_is_no_whole_zone() -> None:
    with pytest.raises(dns.zone.NoSOA):
        read(bind.text(zones(stack())[0]), checked=True)


def test_printing_twice_gives_the_same_bytes_and_other_records_another_serial() -> None:
    more = srv("_sips._tcp.sip.falcot.com", 0, 443, "gw.falcot.com", "")

    assert bind.text(whole()) == bind.text(whole())
    assert serial(zones(stack())[0]) != serial(zones(stack(*records(), more))[0])
    assert 0 < serial(zones(stack())[0]) < 2**32


def test_a_name_server_of_our_own_keeps_its_address() -> None:
    own = stack(*records(), address_record("ns.falcot.com", FOUR, "ours"))
    found = complete(zones(own)[0], name_server(own))

    assert [str(each.rdata) for each in found.records if str(each.owner) == "ns.falcot.com." and each.type in ("A", "AAAA")] == [
        "198.51.100.14"
    ]


def test_without_ipv6_the_name_server_has_none() -> None:
    old = stack(site=site("198.51.100.0/24"))

    assert [str(address) for address in name_server(old).addresses] == ["198.51.100.22"]


def test_a_zone_beside_the_domain_needs_no_address_of_its_name_server() -> None:
    beside = zone(dns.name.from_text("falcot.example"), [record("falcot.example", "TXT", '"x"', "")])
    found = complete(beside, name_server(stack()))

    assert [each.type for each in found.records] == ["SOA", "NS", "TXT"]
    assert str(found.records[0].rdata).startswith("ns.falcot.com. hostmaster.falcot.example. ")


def test_an_internationalised_name_is_written_in_a_labels() -> None:
    def printed(*found: Record) -> str:
        return bind.text(zone(dns.name.from_text("xn--flcot-gra.example"), found))

    text = printed(srv("_sips._tcp.xn--flcot-gra.example", 0, 443, "gw.xn--flcot-gra.example", ""))

    assert "$ORIGIN xn--flcot-gra.example." in text
    assert "_sips._tcp  3600  IN  SRV    0 0 443 gw.xn--flcot-gra.example." in text
    assert text.isascii()
