from ipaddress import IPv4Address, IPv6Address

from rtcstack.workflow.readback import differences
from tests.unit.sites import demo_site

SITE = demo_site()
LEG = SITE.legs(IPv4Address("198.51.100.10"), IPv6Address("2001:db8:1000:2000::10"))[0]
SEEN = """\
link eth0 02:42:c6:33:64:0a
link eth1 02:42:0a:c9:11:03
link lo 00:00:00:00:00:00
route Iface\tDestination\tGateway
route eth0\t00000000\t016433C6\t0003
route eth0\t006433C6\t00000000\t0001
route6 00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8100020000000000000000001 400 2 0 3 eth0
address6 20010db8100020000000000000000010 02 40 00 80 eth0
"""


def test_what_was_asked_for() -> None:
    assert differences(LEG, SITE.network, SEEN) == []


def test_another_mac() -> None:
    assert "no link has the MAC 02:42:c6:33:64:0a" in differences(LEG, SITE.network, SEEN.replace(":0a\n", ":ff\n"))


def test_a_default_route_through_the_backend() -> None:
    seen = SEEN.replace("route eth0\t00000000\t016433C6", "route eth1\t00000000\t0111C90A")

    assert differences(LEG, SITE.network, seen) == ["its default route does not lead to 198.51.100.1"]


def test_a_default_route_for_ipv6_that_somebody_advertised() -> None:
    seen = SEEN.replace("20010db8100020000000000000000001", "fe800000000000000000000000000001")

    assert differences(LEG, SITE.network, seen) == ["its default route does not lead to 2001:db8:1000:2000::1"]


def test_a_missing_ipv6_address() -> None:
    assert differences(LEG, SITE.network, SEEN.replace("0010 02 40", "00ff 02 40")) == [
        "it has not the address 2001:db8:1000:2000::10"
    ]
