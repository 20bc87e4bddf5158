"""Where the shared stack's TURN servers relay to: each other's people and the LAN, but none of our own hosts."""

import json

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.turn_server import ask, credential
from tests.unit.services.coturn.peers import CLOSED4, CLOSED6, OPEN4, OPEN6, encodings, permitted

MATRIX = """
result = {{}}
for family, peers in {peers}.items():
    client = Client({server!r}, 443, {user!r}, {password!r})
    assert client.allocate(family=int(family)) == 0
    result |= {{peer: client.permit(peer) for peer in peers}}
print(json.dumps(result))
"""
BOTH_WAYS = """
result = []
for family in (4, 6):
    one, other = (Client(*where) for where in {clients})
    assert (one.allocate(family=family), other.allocate(family=family)) == (0, 0)
    assert (one.permit(other.relayed[0]), other.permit(one.relayed[0])) == (0, 0)
    one.send(other.relayed, b"there")
    result.append(other.receive() == (one.relayed, b"there"))
    other.send(one.relayed, b"and back")
    result.append(one.receive() == (other.relayed, b"and back"))
print(json.dumps(result))
"""
NEIGHBOUR = """
client = Client({server!r}, 443, {user!r}, {password!r})
assert client.allocate() == 0
peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.bind(({here!r}, 0))
peer.settimeout(3)
assert client.permit({here!r}) == 0
client.send(peer.getsockname(), b"to the phone")
data, source = peer.recvfrom(100)
peer.sendto(b"from the phone", source)
print(json.dumps([data.decode(), list(source) == list(client.relayed), client.receive()[1].decode()]))
"""
Login = tuple[str, str, str]


@pytest.fixture
def personal(stack: Stack) -> Login:
    return stack.address("coturn"), "roland", stack.person("roland")


@pytest.fixture
def ephemeral(stack: Stack) -> Login:
    secret = (stack.directory / "secrets" / "turn-ephemeral").read_text().strip()
    return stack.address("coturn-ephemeral"), *credential(secret)


@pytest.mark.parametrize("kind", ["personal", "ephemeral"])
def test_every_peer_gets_the_answer_that_the_configuration_means(
    stack: Stack, lab: Lab, kind: str, request: pytest.FixtureRequest
) -> None:
    server, user, password = request.getfixturevalue(kind)
    network = stack.plan.site.network
    name = {"personal": "coturn", "ephemeral": "coturn-ephemeral"}[kind]
    configuration = (stack.directory / "compose" / name / "turnserver.conf").read_text()
    others = [service for service in stack.plan.services if not service.role.startswith("turn")]
    hosts = [network.gateway, network.shim_address, *(address for service in others for address in service.addresses)]
    closed = [*map(str, hosts), *map(str, network.backend)]
    embedded = [form for address in (*CLOSED4, *closed) if ":" not in address for form in encodings(address).values()]
    peers = {
        "4": [address for address in (*CLOSED4, *OPEN4, *closed) if ":" not in address],
        "6": [address for address in (*CLOSED6, *OPEN6, *closed, *embedded) if ":" in address],
    }

    answers = ask(lab, MATRIX.format(peers=json.dumps(peers), server=server, user=user, password=password))

    assert answers == {peer: 0 if permitted(configuration, peer) else 403 for family in peers.values() for peer in family}
    assert {answers[address] for address in (*closed, *embedded)} == {403}
    assert {answers[address] for address in (*OPEN4, *OPEN6)} == {0}


def test_two_people_reach_each_other_through_their_relays(lab: Lab, personal: Login) -> None:
    server, user, password = personal
    where = (server, 443, user, password)
    assert ask(lab, BOTH_WAYS.format(clients=[where, where])) == [True] * 4


def test_a_visitor_reaches_a_person_through_both_servers(lab: Lab, personal: Login, ephemeral: Login) -> None:
    clients = [(server, 443, user, password) for server, user, password in (personal, ephemeral)]
    assert ask(lab, BOTH_WAYS.format(clients=clients)) == [True] * 4


def test_a_phone_on_the_lan_is_a_peer(stack: Stack, lab: Lab, personal: Login) -> None:
    server, user, password = personal
    code = NEIGHBOUR.format(server=server, user=user, password=password, here=lab.address("client"))
    assert stack.address("coturn") == server
    assert ask(lab, code) == ["to the phone", True, "from the phone"]


def test_a_short_lived_credential_ends(stack: Stack, lab: Lab, ephemeral: Login) -> None:
    server, user, password = ephemeral
    secret = (stack.directory / "secrets" / "turn-ephemeral").read_text().strip()
    late, signed = credential(secret, seconds=-5)
    forged, unsigned = credential("not the secret")
    tries = [(late, signed), (forged, unsigned), (user, "wrong"), (user, password)]
    assert ask(lab, f"print(json.dumps([Client({server!r}, 443, *pair).allocate() for pair in {tries}]))") == [401, 401, 401, 0]
