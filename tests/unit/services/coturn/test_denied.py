"""The same matrix of peers for the demo, an RFC 1918 LAN and a public subnet."""

from ipaddress import IPv4Network, IPv6Network, ip_address

import pytest
from pydantic import ValidationError

from rtcstack.errors import RequestError
from rtcstack.plan.site import Site
from rtcstack.services.coturn.options import CoturnOptions, RelayOptions
from tests.unit.services.coturn.peers import CLOSED4, CLOSED6, OPEN4, OPEN6, encodings, permitted
from tests.unit.services.coturn.stacks import configuration, stack_on
from tests.unit.sites import demo_site, site

SITES = {
    "demo": demo_site(),
    "lan": site("192.168.7.0/24", subnet6="2001:db8:7::/64", parent="eth0"),
    "public": site("45.45.45.32/27", subnet6="2a0e:7::/64", parent="eth0"),
    "ipv4 only": site("10.77.0.0/16", parent="eth0"),
}
TURN_SERVERS = ("turn", "turn-ephemeral")


def where(address: str, place: Site) -> bool:
    """Whether an address lies in the subnets that the stack lives in."""
    found = ip_address(address)
    return found in place.network.subnet or (place.network.subnet6 is not None and found in place.network.subnet6)


@pytest.fixture(params=SITES)
def place(request: pytest.FixtureRequest) -> Site:
    return SITES[request.param]


def opened(place: Site, *networks: str) -> str:
    allow = tuple(IPv6Network(text) if ":" in text else IPv4Network(text) for text in networks)
    return configuration(place, CoturnOptions(relay=RelayOptions(allow=allow)))


def test_special_addresses_are_closed_in_every_form(place: Site) -> None:
    text = configuration(place)
    closed = [*CLOSED4, *CLOSED6, *(form for address in CLOSED4 for form in encodings(address).values())]
    assert [address for address in closed if not where(address, place) and permitted(text, address)] == []


def test_public_addresses_are_open(place: Site) -> None:
    text = configuration(place)
    assert [address for address in (*OPEN4, *OPEN6) if not permitted(text, address)] == []


def test_our_own_hosts_are_closed_in_every_form(place: Site) -> None:
    network = place.network
    stack = stack_on(place)
    hosts = [network.gateway, network.shim_address, network.subnet[0], network.subnet[-1], *network.backend]
    hosts += [address for address in (network.gateway6, network.shim_address6) if address is not None]
    hosts += [address for service in stack.services if service.role not in TURN_SERVERS for address in service.addresses]
    forms = [form for host in hosts if host.version == 4 for form in encodings(str(host)).values()]
    text = configuration(place)
    assert [address for address in [*map(str, hosts), *forms] if permitted(text, address)] == []


def test_relays_and_neighbours_on_the_lan_are_open(place: Site) -> None:
    network = place.network
    relays = [address for service in stack_on(place).services if service.role in TURN_SERVERS for address in service.addresses]
    neighbours = [address for address in (network.address(26), network.address6(26)) if address is not None]
    text = configuration(place)
    assert [str(address) for address in (*relays, *neighbours) if not permitted(text, str(address))] == []


def test_the_second_address_is_no_relay() -> None:
    place = SITES["demo"]
    second = place.network.address(11)
    text = configuration(place, CoturnOptions(alt_address=second))
    assert (permitted(configuration(place), str(second)), permitted(text, str(second))) == (True, False)


def test_what_is_opened_is_open_and_nothing_else() -> None:
    text = opened(SITES["demo"], "10.9.0.0/16", "2001:db8:9::/48")
    assert permitted(text, "10.9.255.255")
    assert permitted(text, "2001:db8:9::1")
    assert not permitted(text, "10.10.0.0")
    assert not permitted(text, "10.8.255.255")
    assert not permitted(text, "2001:db8:a::1")


def test_an_opened_range_opens_neither_the_backend_nor_our_hosts() -> None:
    place = SITES["demo"]
    text = opened(place, "10.0.0.0/8", "198.51.100.0/24")
    assert permitted(text, "10.201.16.255")
    assert not any(permitted(text, str(address)) for address in place.network.backend)
    assert permitted(text, "10.201.17.32")
    assert not permitted(text, str(place.network.address(14)))
    assert not permitted(text, str(place.network.gateway))


def test_naming_one_of_our_addresses_opens_it() -> None:
    place = SITES["demo"]
    sip = str(place.network.address(14))
    assert not permitted(configuration(place), sip)
    assert permitted(opened(place, f"{sip}/32"), sip)


@pytest.mark.parametrize(
    "network", ["127.0.0.0/8", "127.0.0.1/32", "0.0.0.0/0", "169.254.169.254/32", "::1/128", "::/0", "fe80::/10", "fd00::/8"]
)
def test_what_must_never_be_opened_is_refused(network: str) -> None:
    with pytest.raises(ValidationError, match="never relayed to"):
        RelayOptions.model_validate({"allow": [network]})


@pytest.mark.parametrize("address", ["10.201.17.2", "198.51.100.14"])
def test_another_way_to_write_an_address_is_refused(address: str) -> None:
    for form in encodings(address).values():
        with pytest.raises(ValidationError, match="never relayed to"):
            RelayOptions.model_validate({"allow": [f"{form}/128"]})


def test_opening_the_backend_alone_is_refused() -> None:
    options = CoturnOptions(relay=RelayOptions(allow=(IPv4Network("10.201.17.0/28"),)))
    with pytest.raises(RequestError) as caught:
        stack_on(SITES["demo"], options)
    assert [problem.path for problem in caught.value.problems] == ["services.coturn.relay.allow[0]"]


def test_no_rule_is_one_of_the_traps(place: Site) -> None:
    rules = [line.split("=")[1] for line in configuration(place).splitlines() if "-peer-ip=" in line]
    assert [rule for rule in rules if rule.split("-")[0] == "::" or ("-" not in rule and int(ip_address(rule)) == 0)] == []
    assert not permitted("denied-peer-ip=::-::ffff", "45.45.45.45"), "an IPv6 range from :: closes all of IPv4"
    assert not permitted("denied-peer-ip=0.0.0.0", "45.45.45.45"), "an unspecified address closes everything"
