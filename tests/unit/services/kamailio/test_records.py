"""How phones find the server, as zone text."""

from rtcstack.services.kamailio.options import KamailioOptions
from tests.unit.services.kamailio.stacks import plan_on
from tests.unit.sites import demo_site, site


def lines(options: KamailioOptions | None = None) -> list[str]:
    return [f"{record.owner} {record.type} {record.rdata}" for record in plan_on(demo_site(), options).records]


def test_the_demo() -> None:
    assert lines() == [
        "sip-proxy.falcot.com. A 198.51.100.14",
        "sip-proxy.falcot.com. AAAA 2001:db8:1000:2000::14",
        'falcot.com. NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.falcot.com.',
        "_sips._tcp.falcot.com. SRV 0 0 443 sip-proxy.falcot.com.",
        "_sip._tcp.falcot.com. SRV 0 0 0 .",
        "_sip._udp.falcot.com. SRV 0 0 0 .",
        'sip.falcot.com. NAPTR 10 10 "s" "SIPS+D2T" "" _sips._tcp.sip.falcot.com.',
        "_sips._tcp.sip.falcot.com. SRV 0 0 443 sip-proxy.falcot.com.",
        "_sip._tcp.sip.falcot.com. SRV 0 0 0 .",
        "_sip._udp.sip.falcot.com. SRV 0 0 0 .",
        "sip.falcot.com. A 198.51.100.14",
        "sip.falcot.com. AAAA 2001:db8:1000:2000::14",
    ]


def test_udp_comes_after_tls() -> None:
    found = lines(KamailioOptions(udp=True))

    assert 'falcot.com. NAPTR 20 10 "s" "SIP+D2U" "" _sip._udp.falcot.com.' in found
    assert "_sip._udp.falcot.com. SRV 0 0 443 sip-proxy.falcot.com." in found
    assert "_sip._udp.falcot.com. SRV 0 0 0 ." not in found


def test_the_standard_port_is_published_where_it_is_used() -> None:
    plan = plan_on(site("192.168.7.0/24", ports="standard"))

    assert [str(record.rdata) for record in plan.records if str(record.owner) == "_sips._tcp.falcot.com."] == [
        "0 0 5061 sip-proxy.falcot.com."
    ]


def test_who_is_locked_out_is_said_in_plain_words() -> None:
    for record in plan_on(demo_site()).records:
        assert bool(record.warning) == str(record.rdata).endswith(" 0 .")
        assert not record.warning or record.warning.startswith("phones that speak only unencrypted SIP over ")
