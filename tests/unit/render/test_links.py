from ipaddress import IPv4Address

import pytest

from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render.links import links_script, removal_script, unit_file
from rtcstack.spec.model import ServiceOptions
from tests.unit.sites import demo_site, site

SERVICE = ServicePlan(
    name="coturn",
    role="turn",
    image="coturn",
    hostname="turn-server.falcot.com",
    address=IPv4Address("192.0.2.10"),
    address6=None,
    options=ServiceOptions(),
    containers=(),
    listeners=(),
)


def commands(script: bytes) -> list[str]:
    """Return the lines that make something, without those that take leftovers away."""
    left = ("#", "set ", "    case", "done", "ip -4 -o", "ip -6 -o", "ip -4 route show", "ip -6 route show")
    return [line for line in script.decode().splitlines() if line and not line.startswith(left)]


def shim(parent: str, kind: str) -> list[str]:
    return [
        f"if [ -e /sys/class/net/falcot-host ] && ! ip -o -d link show falcot-host | grep -qw {kind.split(maxsplit=1)[0]}; then",
        "    ip link del falcot-host",
        "fi",
        "if [ ! -e /sys/class/net/falcot-host ]; then",
        f"    ip link add falcot-host link {parent} type {kind}",
        "fi",
    ]


def test_a_private_parent_is_made_and_the_whole_subnet_routed_to_it() -> None:
    assert commands(links_script(StackPlan(site=demo_site(), services=()))) == [
        "[ -e /sys/class/net/falcot-lan ] || ip link add falcot-lan type veth peer name falcot-peer",
        "ip link set falcot-peer up",
        "ip link set falcot-lan up",
        *shim("falcot-lan", "macvlan mode bridge"),
        "ip addr replace 198.51.100.2/32 dev falcot-host",
        'echo 0 >"${NET:-/proc/sys/net}/ipv6/conf/falcot-host/accept_ra"',
        "ip addr replace 2001:db8:1000:2000::2/128 dev falcot-host nodad",
        "ip link set falcot-host up",
        "ip route replace 198.51.100.0/24 dev falcot-host",
        "ip -6 route replace 2001:db8:1000:2000::/64 dev falcot-host",
    ]


def test_a_lan_keeps_its_route_and_gets_one_for_each_service() -> None:
    lan = site("192.0.2.0/24", parent="eth0", host_access=True)

    assert commands(links_script(StackPlan(site=lan, services=(SERVICE,)))) == [
        *shim("eth0", "macvlan mode bridge"),
        "ip addr replace 192.0.2.2/32 dev falcot-host",
        "ip link set falcot-host up",
        "ip route replace 192.0.2.10/32 dev falcot-host",
    ]


def test_without_host_access_a_lan_is_left_alone() -> None:
    assert commands(links_script(StackPlan(site=site("192.0.2.0/24", parent="eth0"), services=(SERVICE,)))) == []


def test_only_what_was_made_is_taken_away() -> None:
    assert "eth0" not in removal_script(StackPlan(site=site("192.0.2.0/24", parent="eth0"), services=())).decode()


def test_the_boot_unit_comes_before_the_engine() -> None:
    unit = unit_file(StackPlan(site=demo_site(), services=()), "/srv/rtc stack").decode()

    assert "Before=docker.service" in unit
    assert 'ExecStart=/bin/sh "/srv/rtc stack/compose/links.sh"' in unit


def test_what_the_shim_has_of_an_earlier_subnet_goes_and_nothing_else() -> None:
    script = links_script(StackPlan(site=demo_site(), services=())).decode()

    assert "case $have in 198.51.100.2/32) ;; *) ip -4 addr del" in script
    assert "case $have in 198.51.100.0/24) ;; *) ip -4 route del" in script
    assert "case $have in 2001:db8:1000:2000::2/128) ;; *) ip -6 addr del" in script
    assert "case $have in 2001:db8:1000:2000::/64 | fe80::* | 2001:db8:1000:2000::2) ;; *) ip -6 route del" in script


def test_a_vlan_is_made_if_it_is_absent_and_taken_away_only_if_it_was() -> None:
    stack = StackPlan(site=site("192.0.2.0/24", parent="eth0.10"), services=())

    assert commands(links_script(stack)) == [
        'state="${RUN:-/run}"/rtcstack-falcot',
        "if [ ! -e /sys/class/net/eth0.10 ]; then",
        '    mkdir -p "$state"',
        '    echo eth0.10 >"$state/vlan"',
        "    ip link add link eth0 name eth0.10 type vlan id 10",
        "fi",
        '[ ! -e "$state/vlan" ] || ip link set eth0.10 up',
    ]
    assert "eth0.10" not in removal_script(stack).decode()
    assert 'read -r link <"$state/vlan"' in removal_script(stack).decode()


@pytest.mark.parametrize(("parent", "found"), [("eth0.10", ("eth0", 10)), ("a.b.4094", ("a.b", 4094)), ("eth0.4095", None)])
def test_a_name_with_a_number_is_a_vlan(parent: str, found: tuple[str, int] | None) -> None:
    assert site("192.0.2.0/24", parent=parent).network.vlan == found


def test_ipvlan_has_a_shim_of_its_own_kind() -> None:
    cloud = site("192.0.2.0/24", parent="eth0", host_access=True, driver="ipvlan")

    assert commands(links_script(StackPlan(site=cloud, services=())))[:6] == shim("eth0", "ipvlan mode l2")
