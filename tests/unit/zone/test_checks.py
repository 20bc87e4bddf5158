"""Every rule has a case in which it fires, one record away from a zone that passes."""

import pytest

from rtcstack.errors import RequestError
from rtcstack.plan.record import Record, address_record, naptr, not_offered, record, srv
from rtcstack.zone.build import zones
from tests.unit.sites import demo_site
from tests.unit.zone.examples import FOUR, INTERNAL, records, stack


def problems(*more: Record, without: str = "", apex: bool = False) -> list[str]:
    """Given records to add and an owner to leave out, return what is wrong with the example then."""
    kept = [found for found in records() if found.owner.to_text() != without]
    try:
        zones(stack(*kept, *more, site=demo_site(apex=apex)))
    except RequestError as error:
        return [str(problem) for problem in error.problems]
    return []


def cname(owner: str, target: str) -> Record:
    return record(owner, "CNAME", f"{target}.", "an alias")


def test_the_example_is_right() -> None:
    assert problems() == []


def test_an_srv_target_without_address() -> None:
    assert problems(srv("_sips._tcp.sip.falcot.com", 0, 443, "nowhere.falcot.com", "")) == [
        "_sips._tcp.sip.falcot.com.: the SRV target nowhere.falcot.com. has no address"
    ]


def test_every_srv_loses_its_target() -> None:
    assert [text.split(":")[0] for text in problems(without="gw.falcot.com.")] == [
        "_sips._tcp.falcot.com.",
        "_xmpp-client._tcp.falcot.com.",
        "_turns._udp.falcot.com.",
    ]


def test_not_offered_beside_an_offer() -> None:
    assert problems(not_offered("_sips._tcp.falcot.com", "", "")) == [
        '_sips._tcp.falcot.com.: the SRV target "." (not offered) stands beside other SRV records'
    ]


def test_a_cname_as_srv_target() -> None:
    assert problems(
        cname("alias.falcot.com", "gw.falcot.com"), srv("_sips._tcp.sip.falcot.com", 0, 443, "alias.falcot.com", "")
    ) == ["_sips._tcp.sip.falcot.com.: the SRV target alias.falcot.com. is a CNAME"]


def test_a_cname_beside_other_data() -> None:
    found = problems(cname("www.falcot.com", "gw.falcot.com"), address_record("www.falcot.com", FOUR, ""))
    # An address brings a CAA record along.
    assert found == ["www.falcot.com.: a CNAME stands beside A, CAA"]


@pytest.mark.parametrize(
    ("owner", "port"),
    [
        ("_sips._tcp", 5061),
        ("_sip._tcp", 443),  # TLS listens there, plain TCP does not
        ("_sip._udp", 443),
        ("_xmpps-client._tcp", 443),  # STARTTLS listens there, TLS from the first byte does not
        ("_xmpp-server._tcp", 443),
        ("_turns._tcp", 443),
        ("_turn._udp", 443),  # DTLS listens there
        ("_unknown._udp", 3478),
        ("_mysql._tcp", 3306),
    ],
)
def test_an_srv_port_where_nothing_like_it_listens(owner: str, port: int) -> None:
    assert problems(srv(f"{owner}.sip.falcot.com", 0, port, "gw.falcot.com", "")) == [
        f"{owner}.sip.falcot.com.: nothing like it listens at 198.51.100.14 port {port} (gw.falcot.com.)",
        f"{owner}.sip.falcot.com.: nothing like it listens at 2001:db8:1000:2000::14 port {port} (gw.falcot.com.)",
    ]


@pytest.mark.parametrize("owner", ["_sips._tcp", "_xmpp-client._tcp", "_turns._udp", "_unknown._tcp", "_unknown._udp"])
def test_an_srv_port_where_it_listens(owner: str) -> None:
    assert problems(srv(f"{owner}.sip.falcot.com", 0, 443, "gw.falcot.com", "")) == []


def test_a_naptr_that_leads_nowhere() -> None:
    assert problems(naptr("falcot.com", 20, 10, "SIP+D2T", "_sip._tcp.falcot.com", "")) == [
        "falcot.com.: the NAPTR replacement _sip._tcp.falcot.com. offers nothing by SRV"
    ]


def test_a_naptr_that_leads_to_what_is_not_offered() -> None:
    assert problems(naptr("falcot.com", 20, 10, "SIP+D2U", "_sip._udp.falcot.com", "")) == [
        "falcot.com.: the NAPTR replacement _sip._udp.falcot.com. offers nothing by SRV"
    ]


def test_a_naptr_that_loses_the_port() -> None:
    terminal = record("falcot.com", "NAPTR", '20 10 "a" "SIPS+D2T" "" gw.falcot.com.', "")
    assert problems(terminal) == ['falcot.com.: only NAPTR records with flag "s" keep the port']


def test_an_address_of_nobody() -> None:
    assert problems(record("other.falcot.com", "A", "198.51.100.99", "")) == [
        "other.falcot.com.: 198.51.100.99 is no address of a service"
    ]


def test_an_address_of_the_backend() -> None:
    assert problems(address_record("db.falcot.com", INTERNAL, "")) == ["db.falcot.com.: 10.201.17.2 is no address of a service"]


def test_the_bare_domain_is_left_alone() -> None:
    assert problems(address_record("falcot.com", FOUR, "host-meta")) == [
        "falcot.com.: the A record would take the bare domain over, which only apex = true asks for"
    ]
    assert problems(address_record("falcot.com", FOUR, "host-meta"), apex=True) == []


def test_caa_at_the_bare_domain_never() -> None:
    caa = record("falcot.com", "CAA", '0 issue ";"', "")
    assert problems(caa, apex=True) == ["falcot.com.: a CAA record at the bare domain would stop the company's other certificates"]


def test_a_foreign_owner() -> None:
    assert problems(record("www.xfalcot.com", "TXT", '"x"', "")) == ["www.xfalcot.com.: the TXT record is outside of our domains"]


def test_one_service_with_two_priorities() -> None:
    assert problems(srv("_sips._tcp.falcot.com", 5, 443, "gw.falcot.com", "")) == [
        "_sips._tcp.falcot.com.: SRV to gw.falcot.com. port 443 is given twice with different priorities"
    ]


def test_one_naptr_with_two_preferences() -> None:
    assert problems(naptr("falcot.com", 30, 10, "SIPS+D2T", "_sips._tcp.falcot.com", "")) == [
        "falcot.com.: NAPTR SIPS+D2T to _sips._tcp.falcot.com. is given twice with different preferences"
    ]


def test_two_lifetimes_in_one_set() -> None:
    short = record("gw.falcot.com", "TXT", '"one"', "")
    long = Record(owner=short.owner, rdata=record("gw.falcot.com", "TXT", '"two"', "").rdata, why="", ttl=60)
    assert problems(short, long) == ["gw.falcot.com.: the TXT records have different times to live"]


def test_every_problem_at_once() -> None:
    found = problems(record("other.falcot.com", "A", "198.51.100.99", ""), record("x.org", "TXT", '"x"', ""))
    assert found == [
        "x.org.: the TXT record is outside of our domains",
        "other.falcot.com.: 198.51.100.99 is no address of a service",
    ]
