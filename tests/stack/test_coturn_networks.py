"""The matrix of peers, asked of the real server on a LAN and on a public subnet."""

import json
from collections.abc import Iterator

import pytest

from rtcstack.engine import images
from tests.stack.lab import Lab
from tests.stack.turn_server import SECRET, TurnServer, ask, credential, place, turn_server
from tests.unit.services.coturn.peers import CLOSED4, CLOSED6, OPEN4, OPEN6, encodings, permitted

NETWORKS = {
    "lan": place("rtcturnlan", "192.168.77.0/24", "2001:db8:3478:77::/64"),
    "public": place("rtcturnpub", "45.45.45.32/27", "2a0e:77::/64"),
}
ASK = """
result = {{}}
for family, peers in {peers}.items():
    client = Client({server!r}, 443, {user!r}, {password!r})
    assert client.allocate(family=int(family)) == 0
    result |= {{peer: client.permit(peer) for peer in peers}}
print(json.dumps(result))
"""


@pytest.fixture(scope="module", params=NETWORKS)
def server(request: pytest.FixtureRequest) -> Iterator[TurnServer]:
    with turn_server(NETWORKS[request.param]) as found:
        yield found


@pytest.fixture(scope="module")
def lab(server: TurnServer) -> Iterator[Lab]:
    with Lab(network=server.site.network, zones={}, ca=server.ca.certificate_pem, common=images.reference("common")) as found:
        yield found


def test_every_peer_gets_the_answer_that_the_configuration_means(server: TurnServer, lab: Lab) -> None:
    network = server.site.network
    closed = [network.gateway, network.shim_address, network.subnet[-1], network.backend[2]]
    closed6 = [str(address) for address in (network.gateway6, network.shim_address6)]
    neighbours = [str(network.address(26)), str(network.address6(26))]
    ours = [*map(str, closed), *closed6, *neighbours]
    embedded = [form for address in (*CLOSED4, *ours) if ":" not in address for form in encodings(address).values()]
    four = [address for address in (*CLOSED4, *OPEN4, *ours) if ":" not in address]
    six = [address for address in (*CLOSED6, *OPEN6, *ours, *embedded) if ":" in address]
    user, password = credential(SECRET)

    code = ASK.format(peers=json.dumps({"4": four, "6": six}), server=server.address, user=user, password=password)
    answers = ask(lab, code)

    assert answers == {peer: 0 if permitted(server.public, peer) else 403 for peer in (*four, *six)}
    assert {answers[address] for address in (*OPEN4, *OPEN6, *neighbours)} == {0}
    assert {answers[address] for address in (*map(str, closed), *closed6, *embedded)} == {403}
