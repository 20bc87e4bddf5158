"""What becomes of the services' records: merged, sorted, completed by what follows from them, split by origin."""

import re
from dataclasses import replace

import pytest

from rtcstack.errors import RequestError
from rtcstack.plan.record import address_record, name, naptr, not_offered, record, srv
from rtcstack.spec.model import CaaSpec, EnumSpec
from rtcstack.zone import bind
from rtcstack.zone.build import zones
from rtcstack.zone.derived import issuer
from rtcstack.zone.rows import data, table, warnings
from rtcstack.zone.zone import zone
from tests.unit.sites import demo_site
from tests.unit.zone.examples import FOUR, records, stack, with_aliases

DIGEST = "ab" * 32


def test_the_order_of_the_services_does_not_show() -> None:
    assert zones(stack(*reversed(records()))) == zones(stack())


def test_what_is_told_twice_stands_once_with_both_reasons() -> None:
    one = address_record("gw.falcot.com", FOUR, "calls")
    other = replace(address_record("gw.falcot.com", FOUR, "chat"), required=False, warning="nobody")

    assert zone(name("falcot.com"), [one, other, one]).records == (replace(one, why="calls; chat", warning="nobody"),)


def test_numbers_count_as_numbers() -> None:
    found = zone(name("falcot.com"), [srv("_a._tcp.falcot.com", n, 443, "gw.falcot.com", "") for n in (10, 5, 100)])

    assert [str(each.rdata).split()[0] for each in found.records] == ["5", "10", "100"]


def test_caa_at_our_host_names_only() -> None:
    found = zones(stack(*records(), address_record("falcot.com", FOUR, "host-meta"), site=demo_site(apex=True)))[0]

    assert [(str(each.owner), str(each.rdata), each.required) for each in found.records if each.type == "CAA"] == [
        ("gw.falcot.com.", '0 issue ";"', False)
    ]


def test_caa_names_the_public_ca_that_is_allowed_and_its_account() -> None:
    allowed = CaaSpec(issuer="letsencrypt.org", account="https://acme.example/acct/1", methods=("dns-01",))
    found = zones(stack(site=demo_site(caa=allowed)))[0]

    assert [(str(each.owner), str(each.rdata)) for each in found.records if each.type == "CAA"] == [
        ("gw.falcot.com.", '0 issue "letsencrypt.org; accounturi=https://acme.example/acct/1; validationmethods=dns-01"'),
        ("gw.falcot.com.", '0 issuewild ";"'),
    ]
    assert issuer(CaaSpec(issuer="letsencrypt.org")) == '"letsencrypt.org"'


def test_tlsa_needs_no_srv_record() -> None:
    addresses = tuple(each for each in records() if each.type in ("A", "AAAA"))
    found = zones(stack(*addresses, address_record("web.falcot.com", FOUR, "no SRV leads here")), DIGEST)[0]

    assert [str(each.owner) for each in found.records if each.type == "TLSA"] == [
        f"_443._{transport}.{host}.falcot.com." for host in ("gw", "web") for transport in ("tcp", "udp")
    ]


def test_tlsa_where_tls_is_spoken_once_for_each_port() -> None:
    found = zones(stack(), DIGEST)[0]

    assert [(str(each.owner), str(each.rdata), each.required) for each in found.records if each.type == "TLSA"] == [
        ("_443._tcp.gw.falcot.com.", f"2 1 1 {DIGEST}", False),
        ("_443._udp.gw.falcot.com.", f"2 1 1 {DIGEST}", False),
    ]
    assert not [each for each in zones(stack())[0].records if each.type == "TLSA"]


def test_an_alias_outside_of_the_domain_is_a_zone_of_its_own() -> None:
    alias = (
        naptr("falcot.example", 10, 10, "SIPS+D2T", "_sips._tcp.falcot.example", ""),
        srv("_sips._tcp.falcot.example", 0, 443, "gw.falcot.com", ""),
    )

    found = zones(stack(*records(), *alias, site=with_aliases("sip.falcot.com", "falcot.example")))

    assert [str(each.origin) for each in found] == ["falcot.com.", "falcot.example."]
    assert found[0] == zones(stack())[0]
    assert found[1].records == alias


def test_an_alias_outside_of_the_domain_is_left_alone_too() -> None:
    with pytest.raises(RequestError) as caught:
        zones(stack(*records(), address_record("falcot.example", FOUR, ""), site=with_aliases("falcot.example")))
    assert [problem.path for problem in caught.value.problems] == ["falcot.example."]


def test_json_is_what_the_contract_says() -> None:
    found = data(zones(stack()))

    assert list(found) == ["origin", "records"]
    assert found["origin"] == "falcot.com."
    assert isinstance(found["records"], list)
    assert found["records"][2:4] == [
        {
            "owner": "falcot.com.",
            "ttl": 3600,
            "type": "NAPTR",
            "rdata": '10 10 "s" "SIPS+D2T" "" _sips._tcp.falcot.com.',
            "why": "phones get TLS",
            "required": True,
        },
        {
            "owner": "_sips._tcp.falcot.com.",
            "ttl": 3600,
            "type": "SRV",
            "rdata": "0 0 443 gw.falcot.com.",
            "why": "SIP over TLS",
            "required": True,
        },
    ]


def test_the_table_marks_what_is_optional() -> None:
    found = table(zones(stack()))

    assert found[0] == ("gw.falcot.com.", "A", "198.51.100.14", "the gateway")
    assert ("_turns._udp.falcot.com.", "SRV", "0 0 443 gw.falcot.com.", "optional: TURN over DTLS") in found
    assert len(found) == len(zones(stack())[0].records)


def test_who_is_locked_out_is_told_once() -> None:
    more = not_offered("_sip._udp.sip.falcot.com", "", "phones without TLS cannot connect")

    assert warnings(zones(stack(*records(), more))) == (
        "phones without TLS cannot connect: _sip._udp.falcot.com, _sip._udp.sip.falcot.com",
    )


def test_no_reason_can_end_its_comment() -> None:
    found = zone(name("falcot.com"), [record("x.falcot.com", "TXT", '"x"', "one\nevil 1 IN A 203.0.113.9")])

    assert bind.text(found).splitlines()[-1] == 'x  3600  IN  TXT    "x"  ; one evil 1 IN A 203.0.113.9'


def test_extension_numbers_have_a_zone_whose_rule_leads_to_the_person() -> None:
    site = replace(demo_site(), enum=EnumSpec(prefix="+49301234"))
    plan = replace(stack(), site=site)

    (found,) = [zone for zone in zones(plan) if zone.origin.to_text() == "4.3.2.1.0.3.9.4.e164.arpa."]
    (only,) = found.records

    assert only.owner.to_text() == "*.4.3.2.1.0.3.9.4.e164.arpa."
    _, pattern, replacement, _ = str(only.rdata).split(chr(34))[5].replace(chr(92) * 2, chr(92)).split("!")
    assert re.sub(pattern, replacement, "+493012348001") == "sip:8001@falcot.com"
    assert re.sub(pattern, replacement, "+49301234") == "+49301234"
    # As typed into a zone file, where a backslash stands for itself only if it is doubled (RFC 1035 section 5.1).
    assert r'"!^\\+49301234([0-9]+)$!sip:\\1@falcot.com!" .' in bind.text(found)
