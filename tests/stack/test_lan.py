"""A real LAN as parent: a link of the host with somebody else on it. Made by the test, with a namespace as the neighbour."""

import json
import subprocess
import sys
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


def test_without_host_access_the_probes_run_on_the_network(office: Stack) -> None:
    text = toml(
        "rtclan", "198.18.80.0/24", "2001:db8:80::/64", network=NETWORK.replace("host_access = true", "host_access = false")
    )
    (office.directory / "rtcstack.toml").write_text(text)
    office.ok("up", "--yes", seconds=UP)

    assert "rtclan-host" not in host.links()
    assert {service["health"] for service in office.json("status")["services"].values()} == {"healthy"}
