"""Behind a router that translates one to one: the world knows public addresses alone, and the router lets in what is needed.

Router and world are network namespaces of the test; their only link to this machine is the parent of the stack's network.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from tests.stack import turn_client
from tests.stack.installation import UP, Stack, toml
from tests.stack.lab import Lab
from tests.stack.sip_client import Call, Line, Phone

ROUTER, WORLD = "rtcnatr", "rtcnatw"
LINK = "rtcnat0"
PLANNED = "planned.txt"
NETWORK = f"""
parent = "{LINK}"
gateway = "198.18.83.1"

[services.coturn]
public_address = "203.0.113.10"
alt_address = "198.18.83.11"
alt_public_address = "203.0.113.11"
relay.allow = ["192.0.2.0/24"]

[services.coturn-ephemeral]
public_address = "203.0.113.12"

[services.kamailio]
public_address = "203.0.113.14"

[services.prosody]
public_address = "203.0.113.16"
starttls_public_address = "203.0.113.17"
"""
HERE = "192.0.2.2"
LINKS = f"""
set -e
ip netns add {ROUTER}
ip netns add {WORLD}
ip link add {LINK} type veth peer name inside netns {ROUTER}
ip link set {LINK} up
ip -n {ROUTER} link add outside type veth peer name eth0 netns {WORLD}
ip -n {ROUTER} addr add 198.18.83.1/24 dev inside
ip -n {ROUTER} addr add 192.0.2.1/24 dev outside
ip -n {WORLD} addr add {HERE}/24 dev eth0
for link in inside outside lo; do ip -n {ROUTER} link set $link up; done
for link in eth0 lo; do ip -n {WORLD} link set $link up; done
ip -n {WORLD} route add default via 192.0.2.1
ip netns exec {ROUTER} sysctl -qw net.ipv4.ip_forward=1
"""
KNOCK = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2)
    print("open")
except TimeoutError:
    print("silence")
except ConnectionRefusedError:
    print("refused")
"""
TLS = """
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
plain = socket.create_connection((sys.argv[2], 443), timeout=5)
print(context.wrap_socket(plain, server_hostname=sys.argv[3]).version())
"""
TURN = f"""
import json, socket, struct, sys
user, password = sys.stdin.read().split()
one, other = (Client("203.0.113.10", 443, user, password) for _ in range(2))
seen = unxor_address(one.binding()[0x20], one.last)
codes = [one.allocate(), other.allocate()]
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(("{HERE}", 0))
peer.settimeout(3)
codes += [one.permit("{HERE}"), one.permit("203.0.113.10"), other.permit("203.0.113.10")]
one.send(peer.getsockname(), b"out")
out = peer.recvfrom(100)
peer.sendto(b"in", one.relayed)
back = one.receive()
one.send(other.relayed, b"across")
across = other.receive()
show = lambda pair: [list(pair[0]), pair[1].decode()]
print(json.dumps({{"codes": codes, "seen": seen, "relayed": [one.relayed, other.relayed], "out": [out[0].decode(), list(out[1])],
                  "back": show(back), "across": show(across)}}))
"""


def inside(namespace: str, argv: Sequence[str], feed: str = "", seconds: float = 30) -> subprocess.CompletedProcess[str]:
    """Given a command, run it in one of the test's namespaces."""
    command = ["ip", "netns", "exec", namespace, *argv]
    return subprocess.run(command, input=feed, capture_output=True, text=True, timeout=seconds, check=False)


def world(code: str, *arguments: str, feed: str = "") -> str:
    """Given a program in Python, run it outside and return what it printed; with what it said if it failed."""
    done = inside(WORLD, [sys.executable, "-c", code, *arguments], feed)
    return (done.stdout + done.stderr).strip()


class Outside:
    """The world in the place of the lab, as far as the SIP client needs one."""

    def pipe(self, argv: Sequence[str], timeout: float, _client: str) -> "subprocess.Popen[bytes]":
        """Given a command, start it in the world, with pipes."""
        command = ["ip", "netns", "exec", WORLD, "timeout", "-k", "2", str(timeout), *argv]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)

    def run(self, argv: Sequence[str], client: str) -> subprocess.CompletedProcess[str]:
        """Given a command, run it in the world."""
        del client
        return inside(WORLD, argv)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    for namespace in (ROUTER, WORLD):
        subprocess.run(["ip", "netns", "del", namespace], capture_output=True, timeout=30, check=False)
    subprocess.run(["sh", "-c", LINKS], timeout=30, check=True)
    found = Stack(tmp_path_factory.mktemp("nat"))
    (found.directory / "rtcstack.toml").write_text(toml("rtcnat", "198.18.83.0/24", "2001:db8:83::/64", network=NETWORK))
    try:
        found.clear()
        planned = found.run("plan")
        (found.directory / PLANNED).write_text(planned.stdout + planned.stderr)
        found.ok("up", "--yes", seconds=UP)
        yield found
        found.remove()
    finally:
        for namespace in (ROUTER, WORLD):
            subprocess.run(["ip", "netns", "del", namespace], timeout=30, check=True)


@pytest.fixture(scope="module")
def router(office: Stack) -> str:
    """The router with the printed rules; before them, nobody outside reaches anything."""
    assert world(KNOCK, "203.0.113.14", "443") != "open"
    rules = office.ok("firewall")
    for _ in range(2):
        done = inside(ROUTER, ["nft", "-f", "-"], rules)
        assert (done.returncode, done.stderr) == (0, "")
    return ROUTER


def test_plan_says_what_the_router_must_forward(office: Stack) -> None:
    planned = (office.directory / PLANNED).read_text()

    assert "must forward 203.0.113.14 to 198.18.83.14: tcp 443; and send what 198.18.83.14 sends as 203.0.113.14." in planned
    assert "must forward 203.0.113.10 to 198.18.83.10: tcp 443, 3478 and udp 443, 3478, 49152-65535;" in planned
    # Who has it running has forwarded it.
    assert "must forward" not in office.ok("plan")


def test_the_zone_has_public_addresses_alone(office: Stack) -> None:
    records = [line.split() for line in office.ok("zone").splitlines() if line and not line.startswith((";", "$"))]
    addresses = {row[0]: row[4] for row in records if row[3] == "A"}

    assert addresses["sip-proxy"] == "203.0.113.14"
    assert all(address.startswith("203.0.113.") for address in addresses.values())


def test_what_is_offered_comes_in_and_nothing_else_does(office: Stack, router: str) -> None:
    assert router
    for host, address in (("sip-proxy", "203.0.113.14"), ("turn-server", "203.0.113.10"), ("xmpp-gw", "203.0.113.16")):
        assert "ssl.SSL" in world(TLS, str(office.ca), address, "wrong.falcot.com")
        assert world(TLS, str(office.ca), address, f"{host}.falcot.com") == "TLSv1.3"
    assert world(KNOCK, "203.0.113.17", "443") == "open"
    # Nobody listens there, and the service itself would say so.
    assert inside(ROUTER, [sys.executable, "-c", KNOCK, "198.18.83.14", "5061"]).stdout == "refused\n"
    assert world(KNOCK, "203.0.113.14", "5061") != "open"
    # With a way to the private address too, the rules alone stand between.
    assert world(KNOCK, "198.18.83.14", "443") == "open"
    assert world(KNOCK, "198.18.83.14", "5061") == "silence"


def test_relayed_addresses_are_public_ones_and_lead_back(office: Stack, router: str) -> None:
    assert router
    source = Path(turn_client.__file__).read_text()
    found: dict[str, Any] = json.loads(world(source + TURN, feed=f"roland {office.person('roland')}"))

    assert found["codes"] == [0, 0, 0, 0, 0]
    assert found["seen"][0] == HERE
    one, other = found["relayed"]
    assert (one[0], other[0]) == ("203.0.113.10", "203.0.113.10")
    assert found["out"] == ["out", one]
    assert found["back"][1] == "in"
    # Whoever is relayed too is told the public address, and sends there.
    assert found["across"] == [one, "across"]


def test_a_call_is_routed_by_the_public_address(office: Stack, router: str) -> None:
    assert router
    verify = ["-CAfile", str(office.ca), "-verify_return_error", "-verify_hostname", "sip-proxy.falcot.com"]
    argv = ["openssl", "s_client", "-quiet", "-connect", "203.0.113.14:443", *verify]
    lines = [Line(cast("Lab", Outside()), argv) for _ in range(2)]
    try:
        roland = Phone(lines[0], "roland", office.person("roland"), number=1)
        laura = Phone(lines[1], "laura", office.person("laura"), number=2)
        assert laura.register().status == 200
        call = Call(roland, "sip:laura@falcot.com")
        call.invite()
        invite = laura.await_request("INVITE")
        route = invite.header("Record-Route")
        assert "sip-proxy.falcot.com:443;transport=tls" in route
        assert "203.0.113.14:443" in invite.header("Via")
        assert "198.18.83" not in "".join(invite.all("Via") + invite.all("Record-Route"))
        laura.reply(invite, "200 OK", laura.contact, "Content-Type: application/sdp")
        assert call.final().status == 200
        laura.await_request("ACK")
        call.bye()
        laura.reply(laura.await_request("BYE"), "200 OK")
        assert roland.final("BYE").status == 200
    finally:
        for line in lines:
            line.close()


def test_check_finds_nothing_wrong_inside(office: Stack) -> None:
    done = office.run("check", "--json", seconds=300)

    assert json.loads(done.stdout)["findings"] == [], done.stdout
