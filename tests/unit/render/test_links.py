from ipaddress import IPv4Address

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


def test_a_private_parent_is_made_and_the_whole_subnet_routed_to_it() -> None:
    assert commands(links_script(StackPlan(site=demo_site(), services=()))) == [
        "[ -e /sys/class/net/falcot-lan ] || ip link add falcot-lan type veth peer name falcot-peer",
        "ip link set falcot-peer up",
        "ip link set falcot-lan up",
        "[ -e /sys/class/net/falcot-host ] || ip link add falcot-host link falcot-lan type macvlan mode bridge",
        "ip addr replace 198.51.100.2/32 dev falcot-host",
        "ip addr replace 2001:db8:1000:2000::2/128 dev falcot-host nodad",
        "ip link set falcot-host up",
        "ip route replace 198.51.100.0/24 dev falcot-host",
        "ip -6 route replace 2001:db8:1000:2000::/64 dev falcot-host",
    ]


def test_a_lan_keeps_its_route_and_gets_one_for_each_service() -> None:
    lan = site("192.0.2.0/24", parent="eth0", host_access=True)

    assert commands(links_script(StackPlan(site=lan, services=(SERVICE,)))) == [
        "[ -e /sys/class/net/falcot-host ] || ip link add falcot-host link eth0 type macvlan mode bridge",
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
