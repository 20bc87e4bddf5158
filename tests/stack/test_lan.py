"""A real LAN as parent: a link of the host with somebody else on it. Made by the test, with a namespace as the neighbour."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from rtcstack.engine import host
from tests.stack.installation import UP, Stack, toml

NEIGHBOUR = "rtclanns"
LINK, OTHER_END = "rtclan0", "rtclan1"
NETWORK = f'parent = "{LINK}"\nrange = "198.18.80.64/27"\ngateway = "198.18.80.1"\nhost_access = true'


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], capture_output=True, timeout=30, check=True)


@pytest.fixture(scope="module")
def lan() -> Iterator[str]:
    subprocess.run(["ip", "netns", "del", NEIGHBOUR], capture_output=True, timeout=30, check=False)
    ip("netns", "add", NEIGHBOUR)
    try:
        ip("link", "add", LINK, "type", "veth", "peer", "name", OTHER_END, "netns", NEIGHBOUR)
        ip("addr", "add", "198.18.80.3/24", "dev", LINK)
        ip("link", "set", LINK, "up")
        ip("-n", NEIGHBOUR, "addr", "add", "198.18.80.1/24", "dev", OTHER_END)
        ip("-n", NEIGHBOUR, "link", "set", OTHER_END, "up")
        yield LINK
    finally:
        ip("netns", "del", NEIGHBOUR)


@pytest.fixture
def office(lan: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    assert lan == LINK
    found = Stack(tmp_path_factory.mktemp("office"))
    text = toml("rtclan", "198.18.80.0/24", "2001:db8:80::/64", network=NETWORK)
    (found.directory / "rtcstack.toml").write_text(text)
    found.clear()
    yield found
    found.remove()


def test_addresses_on_a_lan(office: Stack) -> None:
    # First the refusal: somebody on the LAN has the place of the SIP server.
    ip("-n", NEIGHBOUR, "addr", "add", "198.18.80.78/24", "dev", OTHER_END)
    done = office.run("up", "--yes", seconds=UP)
    assert done.returncode == 2
    assert "services.kamailio.address: somebody already answers at 198.18.80.78" in done.stderr
    assert not (office.directory / "secrets").exists()
    ip("-n", NEIGHBOUR, "addr", "del", "198.18.80.78/24", "dev", OTHER_END)

    # Then a link that is down.
    ip("link", "set", LINK, "down")
    done = office.run("up", "--yes")
    assert done.returncode == 2
    assert f"{LINK} is down" in done.stderr
    ip("link", "set", LINK, "up")

    office.ok("up", "--yes", seconds=UP)

    # The shim carries single addresses; the LAN's own route stays where it was.
    routes = {str(route): link for route, link in host.routes() if link in (LINK, "rtclan-host")}
    assert routes["198.18.80.0/24"] == LINK
    assert routes["198.18.80.78/32"] == "rtclan-host"
    assert "198.18.80.0/24" not in [route for route, link in routes.items() if link == "rtclan-host"]
    assert office.ok("plan") == "Nothing to do.\n"
    assert {service["health"] for service in office.json("status")["services"].values()} == {"healthy"}

    # The neighbour reaches the services by their own addresses, and their MACs follow from the addresses.
    call = "import socket; socket.create_connection(('198.18.80.78', 443), timeout=5).close()"
    ip("netns", "exec", NEIGHBOUR, sys.executable, "-c", call)
    seen = subprocess.run(
        ["ip", "-n", NEIGHBOUR, "-j", "neigh", "show", "198.18.80.78"], capture_output=True, text=True, timeout=30, check=True
    )
    assert json.loads(seen.stdout)[0]["lladdr"] == "02:42:c6:12:50:4e"


def test_an_address_in_a_new_place_is_announced(office: Stack) -> None:
    office.ok("up", "--yes", seconds=UP)
    ip("-n", NEIGHBOUR, "addr", "replace", "2001:db8:80::1/64", "dev", OTHER_END, "nodad")
    addresses = [str(address) for address in office.plan.service("kamailio").addresses]
    assert len(addresses) == 2
    # What the neighbour remembers from before, and would go on sending to.
    for address in addresses:
        ip("-n", NEIGHBOUR, "neigh", "replace", address, "lladdr", "02:00:00:00:00:01", "dev", OTHER_END, "nud", "stale")
    subprocess.run(["docker", "rm", "-f", "rtclan-kamailio"], capture_output=True, timeout=60, check=True)
    office.ok("up", "--yes", seconds=UP)

    for address in addresses:
        seen = subprocess.run(
            ["ip", "-n", NEIGHBOUR, "-j", "neigh", "show", address], capture_output=True, text=True, timeout=30, check=True
        )
        assert json.loads(seen.stdout)[0]["lladdr"] == "02:42:c6:12:50:4e"


def advertise() -> None:
    """Advertise a router and a foreign prefix from the neighbour, as anybody on a LAN can (RFC 4861 section 4.2)."""
    prefix = "struct.pack('!BBBBIII16s', 3, 4, 64, 0xC0, 86400, 86400, 0, socket.inet_pton(10, '2001:db8:bad::'))"
    code = (
        "import socket, struct\n"
        "s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)\n"
        "s.setsockopt(41, 18, 255)\n"
        f"link = socket.if_nametoindex('{OTHER_END}')\n"
        "s.setsockopt(41, 17, link)\n"
        f"s.sendto(struct.pack('!BBHBBHII', 134, 0, 0, 64, 0, 1800, 0, 0) + {prefix}, ('ff02::1', 0, 0, link))\n"
    )
    subprocess.run(["ip", "netns", "exec", NEIGHBOUR, sys.executable, "-c", code], timeout=30, check=True)


def test_what_a_stranger_advertises_is_taken_by_nobody(office: Stack) -> None:
    office.ok("up", "--yes", seconds=UP)
    # A link of the host that listens shows that the advertisement arrives.
    settings = "/proc/sys/net/ipv6/conf"
    subprocess.run(
        ["sh", "-c", f"echo 1 >{settings}/{LINK}/accept_ra; echo 0 >{settings}/{LINK}/forwarding"], check=True, timeout=5
    )
    advertise()

    def foreign(link: str) -> bool:
        return any(str(address).startswith("2001:db8:bad:") for address in host.addresses(link))

    until = time.monotonic() + 10
    while not foreign(LINK) and time.monotonic() < until:
        time.sleep(0.2)
    assert foreign(LINK)
    assert not foreign("rtclan-host")
    services = [service.name for service in office.plan.services if service.role != "database"]
    assert services
    for service in services:
        seen = office.exec(service, ["cat", "/proc/net/if_inet6", "/proc/net/ipv6_route"]).stdout
        assert "20010db80080" in seen
        assert "20010db80bad" not in seen


def can_make(*kind: str) -> bool:
    """Given the words of a kind of link, return whether this kernel makes it."""
    argv = ["ip", "-n", NEIGHBOUR, "link", "add", "link", OTHER_END, "name", "rtclankind", "type", *kind]
    made = subprocess.run(argv, capture_output=True, timeout=30, check=False).returncode == 0
    if made:
        ip("-n", NEIGHBOUR, "link", "del", "rtclankind")
    return made


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({f'"{LINK}"': f'"{LINK}"\ndriver = "ipvlan"'}, ("ipvlan", "mode", "l2"), "network.driver: this kernel has no ipvlan"),
        (
            {f'"{LINK}"': f'"{LINK}.10"', "198.18.80.": "198.18.82."},
            ("vlan", "id", "10"),
            "network.parent: this kernel cannot make VLAN links",
        ),
    ],
    ids=["ipvlan", "vlan"],
)
def test_what_the_kernel_lacks_is_refused_before_anything(
    office: Stack, changes: dict[str, str], kind: tuple[str, ...], said: str
) -> None:
    file = office.directory / "rtcstack.toml"
    for was, now in changes.items():
        file.write_text(file.read_text().replace(was, now))
    done = office.run("up", "--yes", seconds=UP)

    # Where the kernel has it, the stack runs with it.
    assert (done.returncode, said in done.stderr) == ((0, False) if can_make(*kind) else (2, True))
    assert (office.directory / "secrets").exists() is can_make(*kind)
    assert (f"{LINK}.10" in host.links()) is (can_make(*kind) and kind[0] == "vlan")


def test_without_host_access_the_probes_run_on_the_network(office: Stack) -> None:
    text = toml(
        "rtclan", "198.18.80.0/24", "2001:db8:80::/64", network=NETWORK.replace("host_access = true", "host_access = false")
    )
    (office.directory / "rtcstack.toml").write_text(text)
    office.ok("up", "--yes", seconds=UP)

    assert "rtclan-host" not in host.links()
    assert {service["health"] for service in office.json("status")["services"].values()} == {"healthy"}
