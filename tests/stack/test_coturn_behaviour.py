"""NAT behaviour discovery (RFC 5780) with a second address, and that server's life: it follows its namespace."""

from collections.abc import Iterator

import pytest

from rtcstack.engine import images
from rtcstack.services.coturn.options import CoturnOptions
from tests.stack.lab import Lab, docker
from tests.stack.turn_server import NAME, TurnServer, eventually, place, turn_server

PLACE = place("rtcturntwo", "192.168.80.0/24", "2001:db8:3478:80::/64")
SECOND = PLACE.network.address(13)


@pytest.fixture(scope="module")
def server() -> Iterator[TurnServer]:
    with turn_server(PLACE, CoturnOptions(alt_address=SECOND)) as found:
        eventually(found.answers, 15)
        yield found


@pytest.fixture(scope="module")
def lab(server: TurnServer) -> Iterator[Lab]:
    with Lab(network=PLACE.network, zones={}, ca=server.ca.certificate_pem, common=images.reference("common")) as found:
        yield found


def discovered(server: TurnServer, lab: Lab, *tests: str) -> str:
    """What the server's own utility finds out; without a second address it says so and asks nothing."""
    done = lab.run(["turnutils_natdiscovery", *tests, "-p", "443", server.address], timeout=30)
    return done.stdout + done.stderr


def test_mapping_and_filtering_are_found_out(server: TurnServer, lab: Lab) -> None:
    found = discovered(server, lab, "-m", "-f")
    assert f"Response origin: : {SECOND}:443" in found
    assert f"Other addr: : {SECOND}:3478" in found
    assert "NAT with Endpoint Independent Mapping!" in found
    assert "NAT with Endpoint Independent Filtering!" in found


@pytest.mark.parametrize("killed", [NAME, f"{NAME}-net"])
def test_it_comes_back_after_a_kill(server: TurnServer, lab: Lab, killed: str) -> None:
    # Signalled as a process: `docker kill` would switch the restart policy off.
    pid = docker("inspect", "-f", "{{.State.Pid}}", server.container(killed)).strip()
    tools = images.reference("tools")
    docker("run", "--rm", "--pid", "host", "--cap-drop", "ALL", "--cap-add", "KILL", tools, "sh", "-c", f"kill -KILL {pid}")
    eventually(lambda: docker("inspect", "-f", "{{.State.Pid}}", server.container(killed)).strip() not in ("0", pid), 10)

    took = eventually(lambda: server.answers() and "Mapping!" in discovered(server, lab, "-m"), 15)

    assert took < 10
    same = {docker("exec", server.container(name), "readlink", "/proc/self/ns/net") for name in (NAME, f"{NAME}-net")}
    assert len(same) == 1
