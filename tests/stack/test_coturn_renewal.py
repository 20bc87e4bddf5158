"""A renewed certificate is served at once, and nobody is dropped."""

import json
from collections.abc import Iterator

import pytest

from rtcstack.engine import images
from tests.stack.lab import Lab
from tests.stack.turn_server import CLIENT, SECRET, TurnServer, ask, credential, eventually, place, turn_server

NAME = "turn-ephemeral.falcot.com"


@pytest.fixture(scope="module")
def server() -> Iterator[TurnServer]:
    with turn_server(place("rtcturnnew", "192.168.79.0/24", "2001:db8:3478:79::/64")) as found:
        eventually(found.answers, 10)
        yield found


@pytest.fixture(scope="module")
def lab(server: TurnServer) -> Iterator[Lab]:
    with Lab(network=server.site.network, zones={}, ca=server.ca.certificate_pem, common=images.reference("common")) as found:
        yield found


def served(server: TurnServer, lab: Lab) -> str:
    """The fingerprint of the certificate that a new client is shown."""
    code = f"""
context = ssl.create_default_context(cafile="/lab/ca.crt")
with socket.create_connection(({server.address!r}, 443), 5) as raw, context.wrap_socket(raw, server_hostname={NAME!r}) as tls:
    print(json.dumps(hashlib.sha256(tls.getpeercert(True)).hexdigest()))
"""
    return str(ask(lab, code))


def test_a_renewal_is_served_and_drops_nobody(server: TurnServer, lab: Lab) -> None:
    user, password = credential(SECRET)
    before = served(server, lab)
    talk = f"""
user, password = {user!r}, {password!r}
one, other = (Client({server.address!r}, 443, user, password, transport="tls", name={NAME!r}) for _ in range(2))
assert (one.allocate(), other.allocate(), one.permit(other.relayed[0]), other.permit(one.relayed[0])) == (0, 0, 0, 0)
print("talking", flush=True)
lost, until = 0, time.monotonic() + 8
while time.monotonic() < until:
    one.send(other.relayed, b"ping")
    try:
        lost += other.receive() != (one.relayed, b"ping")
    except TimeoutError:
        lost += 1
    time.sleep(0.05)
print(json.dumps([lost, one.refresh(), other.refresh()]))
"""
    with lab.spawn(["python3", "-c", f"{CLIENT.read_text()}\nimport json, time\n{talk}"], timeout=30) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "talking\n"
        renewed = server.renew()
        eventually(lambda: served(server, lab) == renewed, 5)
        output, _ = program.communicate(timeout=30)

    assert before != renewed
    assert json.loads(output) == [0, 0, 0]
