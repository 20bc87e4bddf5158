"""The database goes away for twenty seconds: whoever has a relay keeps it and loses nothing; new ones come when it is back."""

import json
import time

from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.turn_server import CLIENT, ask, eventually

TALK = """
import json, time
name = "turn-server.falcot.com"
one, other = (Client({server!r}, 443, "roland", {password!r}, transport=kind, name=name) for kind in ("udp", "tls"))
assert (one.allocate(), other.allocate(), one.permit(other.relayed[0]), other.permit(one.relayed[0])) == (0, 0, 0, 0)
print("talking", flush=True)
lost, refused, until = 0, 0, time.monotonic() + 26
while time.monotonic() < until:
    one.send(other.relayed, b"x")
    try:
        lost += other.receive() != (one.relayed, b"x")
        refused += one.refresh() != 0 or other.refresh() != 0 or one.permit(other.relayed[0]) != 0
    except TimeoutError:
        lost += 1
    time.sleep(0.1)
print(json.dumps([lost, refused]))
"""


def test_running_allocations_live_through_a_database_outage(stack: Stack, lab: Lab) -> None:
    server, password = stack.address("coturn"), stack.person("roland")
    new = f'print(json.dumps(Client({server!r}, 443, "roland", {password!r}).allocate()))'
    database = stack.container("mariadb")
    program = f"{CLIENT.read_text()}\n{TALK.format(server=server, password=password)}"
    with lab.spawn(["python3", "-c", program], timeout=60) as talk:
        assert talk.stdout is not None
        assert talk.stdout.readline() == "talking\n"
        docker("stop", "--time", "30", database)
        try:
            stopped = time.monotonic()
            assert ask(lab, new) != 0
            time.sleep(max(0.0, 20 - (time.monotonic() - stopped)))
        finally:
            docker("start", database)
        assert eventually(lambda: ask(lab, new) == 0, 20) < 10
        output, _ = talk.communicate(timeout=40)

    assert json.loads(output) == [0, 0]
