from dataclasses import replace
from ipaddress import IPv4Network

from rtcstack.change.refusal import Facts, refusals
from rtcstack.plan.stack import StackPlan
from tests.unit.sites import demo_site

SITE = demo_site()
PRIVATE = StackPlan(site=SITE, services=())
LAN = StackPlan(site=replace(SITE, network=replace(SITE.network, parent="eth0", private=False)), services=())
FINE = Facts(links={"lo": True, "eth0": True}, routes=((IPv4Network("192.0.2.0/24"), "eth0"),))


def text(stack: StackPlan, facts: Facts) -> str:
    return "\n".join(map(str, refusals(stack, facts)))


def test_nothing_is_refused_where_it_can_work() -> None:
    assert text(PRIVATE, FINE) == ""
    assert text(LAN, replace(FINE, routes=((SITE.network.subnet, "eth0"),))) == ""


def test_engines_that_cannot_do_macvlan() -> None:
    assert "rootless" in text(PRIVATE, replace(FINE, rootless=True))
    assert "Docker Desktop" in text(PRIVATE, replace(FINE, desktop=True))


def test_ipv6_on_a_host_that_has_it_switched_off() -> None:
    assert "network.subnet6: IPv6 is switched off on this host" in text(PRIVATE, replace(FINE, ipv6=False))
    without = replace(PRIVATE, site=replace(SITE, network=replace(SITE.network, subnet6=None)))
    assert text(without, replace(FINE, ipv6=False)) == ""


def test_a_parent_that_is_missing_or_down() -> None:
    assert text(LAN, replace(FINE, links={"lo": True, "wlan0": True})) == (
        "network.parent: there is no link eth0 on this host (there are: wlan0)"
    )
    assert "sudo ip link set eth0 up" in text(LAN, replace(FINE, links={"eth0": False}))


def test_a_parent_that_another_network_of_the_engine_uses() -> None:
    assert "docker network rm other" in text(LAN, replace(FINE, parents={"eth0": "other"}))


def test_a_subnet_that_the_host_reaches_another_way() -> None:
    assert text(PRIVATE, replace(FINE, routes=((IPv4Network("198.51.0.0/16"), "tun0"),))) == (
        "network.subnet: 198.51.100.0/24 overlaps the host's route 198.51.0.0/16 on tun0: choose another"
    )
    assert "network.backend" in text(PRIVATE, replace(FINE, routes=((IPv4Network("10.0.0.0/8"), "tun0"),)))


def test_our_own_links_are_no_overlap() -> None:
    network = SITE.network
    routes = ((network.subnet, network.shim), (network.subnet, network.parent))

    assert text(PRIVATE, replace(FINE, routes=routes)) == ""


def test_a_subnet_that_another_network_of_the_engine_has() -> None:
    assert "the engine's network bridge" in text(PRIVATE, replace(FINE, taken={IPv4Network("198.51.100.128/25"): "bridge"}))
