"""What the plan says that listens is what listens, in each mode of ports, with and without a second address."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from rtcstack.plan.listener import Transport
from rtcstack.services.coturn.options import CoturnOptions
from rtcstack.spec.model import PortMode
from tests.stack.lab import docker
from tests.stack.turn_server import NAME, TurnServer, eventually, place, turn_server

ENGINE = IPv4Address("127.0.0.11")
"""The engine's own resolver, in every container's namespace."""
COMMAND_LINE = ("127.0.0.1", 5766, "tcp")
"""Where `end-sessions` types: from inside the container alone."""
STATES = {"udp": "07", "tcp": "0A"}


def address_of(text: str) -> IPv4Address | IPv6Address:
    """Given an address as /proc/net writes it (32-bit words in host order), return it."""
    words = [bytes.fromhex(text[at : at + 8])[::-1] for at in range(0, len(text), 8)]
    return IPv4Address(words[0]) if len(words) == 1 else IPv6Address(b"".join(words))


def listening(server: TurnServer) -> set[tuple[str, int, str]]:
    found = set()
    for transport, state in STATES.items():
        for line in docker("exec", server.container(NAME), "cat", f"/proc/net/{transport}", f"/proc/net/{transport}6").splitlines():
            words = line.split()
            if words[3] == state:
                text, _, port = words[1].partition(":")
                found.add((str(address_of(text)), int(port, 16), transport))
    return {entry for entry in found if entry[0] != str(ENGINE)}


@pytest.mark.parametrize("second", [False, True], ids=["one address", "two addresses"])
@pytest.mark.parametrize("ports", ["443", "standard", "both"])
def test_what_is_said_to_listen_listens(ports: PortMode, second: bool) -> None:  # noqa: FBT001 - a column of the table
    where = place("rtcturnprt", "192.168.82.0/24", "2001:db8:3478:82::/64", ports)
    options = CoturnOptions(alt_address=where.network.address(13) if second else None)
    with turn_server(where, options) as server:
        eventually(server.answers, 15)
        kinds = {Transport.UDP: "udp", Transport.DTLS: "udp", Transport.TCP: "tcp", Transport.TLS: "tcp"}
        said = {(str(item.address), item.port, kinds[item.transport]) for item in server.stack.services[0].listeners}
        assert listening(server) == said | {COMMAND_LINE}
