"""Addresses of the host itself, as on a rented server: a link of the test with somebody outside on its other end."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcstack.engine import host, namespace
from tests.stack.installation import UP, Stack, toml

OUTSIDE = "rtchostns"
LINK, OTHER_END = "rtchost0", "rtchost1"
OWN = f'driver = "host"\nparent = "{LINK}"'
GIVEN = f"{OWN}\nadd_addresses = true"
MACVLAN = f'driver = "macvlan"\nparent = "{LINK}"\ngateway = "198.18.81.1"\nhost_access = true'
RUNS = Path("/run/rtcstack-rtchost")

TLS = """
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
plain = socket.create_connection((sys.argv[2], 443), timeout=5)
print(context.wrap_socket(plain, server_hostname=sys.argv[3]).getpeercert()["subjectAltName"])
"""
REACH = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=3)"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], capture_output=True, timeout=30, check=True)


def outside(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Given a program in Python, run it at the other end of the link."""
    argv = ["ip", "netns", "exec", OUTSIDE, sys.executable, "-c", code, *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture(scope="module")
def rented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    subprocess.run(["ip", "netns", "del", OUTSIDE], capture_output=True, timeout=30, check=False)
    ip("netns", "add", OUTSIDE)
    ip("link", "add", LINK, "type", "veth", "peer", "name", OTHER_END, "netns", OUTSIDE)
    ip("addr", "add", "198.18.81.3/24", "dev", LINK)
    ip("link", "set", LINK, "up")
    ip("-n", OUTSIDE, "addr", "add", "198.18.81.1/24", "dev", OTHER_END)
    ip("-n", OUTSIDE, "addr", "add", "2001:db8:81::1/64", "dev", OTHER_END, "nodad")
    ip("-n", OUTSIDE, "link", "set", OTHER_END, "up")
    found = Stack(tmp_path_factory.mktemp("rented"))
    try:
        write(found, OWN)
        found.clear()
        yield found
        found.remove()
    finally:
        ip("netns", "del", OUTSIDE)


def write(stack: Stack, network: str) -> None:
    (stack.directory / "rtcstack.toml").write_text(toml("rtchost", "198.18.81.0/24", "2001:db8:81::/64", network=network))


def untouched(stack: Stack) -> bool:
    return not (stack.directory / "secrets").exists() and not RUNS.exists() and host.unprivileged_port() > 443


def test_an_address_that_the_host_has_not_is_refused(rented: Stack) -> None:
    done = rented.run("up", "--yes")

    assert done.returncode == 2
    assert f"type `sudo ip addr add 198.18.81.14/32 dev {LINK}`, or set network.add_addresses = true" in done.stderr
    assert done.stderr.count("is no address of this host") == 10
    assert untouched(rented)


def test_an_address_at_which_a_neighbour_answers_is_refused(rented: Stack) -> None:
    write(rented, GIVEN)
    ip("-n", OUTSIDE, "addr", "add", "198.18.81.14/24", "dev", OTHER_END)
    try:
        done = rented.run("up", "--yes", seconds=UP)
    finally:
        ip("-n", OUTSIDE, "addr", "del", "198.18.81.14/24", "dev", OTHER_END)
    assert done.returncode == 2
    assert "services.kamailio.address: somebody already answers at 198.18.81.14" in done.stderr
    assert untouched(rented)


def test_a_port_that_another_program_holds_is_refused(rented: Stack) -> None:
    ip("addr", "add", "198.18.81.14/32", "dev", LINK)
    try:
        with socket.create_server(("198.18.81.14", 443)):
            done = rented.run("up", "--yes")
    finally:
        ip("addr", "del", "198.18.81.14/32", "dev", LINK)
    assert done.returncode == 2
    assert "services.kamailio.address: another program of this host listens on tcp/443 of 198.18.81.14" in done.stderr
    assert untouched(rented)


def test_a_setting_of_the_whole_host_is_asked_for_first(rented: Stack) -> None:
    assert "net.ipv4.ip_unprivileged_port_start becomes 443" in rented.ok("plan")
    done = rented.run("up")

    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert untouched(rented)


def test_the_services_run_on_the_hosts_own_addresses(rented: Stack) -> None:
    rented.ok("up", "--yes", seconds=UP)

    assert {"198.18.81.14", "2001:db8:81::14"} <= (namespace.addresses("self") or frozenset())
    assert rented.ok("plan") == "Nothing to do.\n"
    assert {service["health"] for service in rented.json("status")["services"].values()} == {"healthy"}
    for address in ("198.18.81.14", "2001:db8:81::14"):
        # The wrong name first: what answers there proves who it is.
        assert "Hostname mismatch" in outside(TLS, str(rented.ca), address, "turn-server.falcot.com").stderr
        assert "sip-proxy.falcot.com" in outside(TLS, str(rented.ca), address, "sip-proxy.falcot.com").stdout


def test_the_database_is_out_of_reach_from_outside(rented: Stack) -> None:
    ip("-n", OUTSIDE, "route", "replace", "default", "via", "198.18.81.3")

    assert outside(REACH, "198.18.81.14", "443").returncode == 0
    assert outside(REACH, rented.address("mariadb"), "3306").returncode != 0
    waiting = subprocess.run(["ss", "-Hlnt", "sport = :3306"], capture_output=True, text=True, timeout=30, check=True)
    assert waiting.stdout == ""


def test_people_log_in_call_and_talk(rented: Stack) -> None:
    rented.person("roland")
    done = rented.run("check", "--json", seconds=300)

    assert json.loads(done.stdout)["findings"] == []
    assert done.returncode == 0


def test_an_address_that_was_lost_comes_back(rented: Stack) -> None:
    ip("addr", "del", "198.18.81.14/24", "dev", LINK)

    plan = rented.ok("plan")
    assert f"make links this host: {LINK} has not 198.18.81.14" in plan
    assert "recreate" not in plan
    rented.ok("up", "--yes")
    assert outside(REACH, "198.18.81.14", "443").returncode == 0


def test_another_driver_and_back_keep_people_and_keys(rented: Stack) -> None:
    def kept() -> tuple[object, dict[str, bytes]]:
        keys = {path.name: path.read_bytes() for path in sorted((rented.directory / "secrets").iterdir()) if path.is_file()}
        return rented.json("list-users"), keys

    before = kept()
    write(rented, MACVLAN)
    rented.ok("up", "--yes", seconds=UP)
    assert kept() == before
    assert not RUNS.exists()
    assert host.unprivileged_port() > 443
    assert "198.18.81.14" not in (namespace.addresses("self") or frozenset())
    assert outside(REACH, "198.18.81.14", "443").returncode == 0
    assert rented.ok("plan") == "Nothing to do.\n"

    write(rented, GIVEN)
    rented.ok("up", "--yes", seconds=UP)
    assert kept() == before
    assert "rtchost-host" not in host.links()
    assert outside(REACH, "198.18.81.14", "443").returncode == 0
    assert rented.ok("plan") == "Nothing to do.\n"


def test_down_gives_back_what_the_host_had(rented: Stack) -> None:
    rented.ok("down", "--yes")

    assert not RUNS.exists()
    assert host.unprivileged_port() > 443
    here = namespace.addresses("self") or frozenset()
    assert "198.18.81.3" in here
    assert not {"198.18.81.14", "2001:db8:81::14"} & here
