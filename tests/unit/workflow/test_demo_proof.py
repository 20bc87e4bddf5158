import json
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from rtcstack.workflow.context import plan_text
from rtcstack.workflow.demo import records
from rtcstack.workflow.demo_file import demo_text
from rtcstack.workflow.demo_people import DemoPerson
from rtcstack.workflow.demo_proof import Proof, proofs, request

PEOPLE = (DemoPerson("roland", "one"), DemoPerson("laura", "two"))


def test_tells_the_clients_what_a_person_knows_and_the_zone(tmp_path: Path) -> None:
    installation = plan_text(tmp_path, demo_text())
    told = json.loads(request(installation.stack.site.domain, records(installation), PEOPLE, b"CA", IPv4Address("127.0.0.1")))
    zone = told.pop("records")
    assert told == {
        "domain": "falcot.com",
        "loopback": "127.0.0.1",
        "ca": "CA",
        "people": [{"name": "roland", "password": "one"}, {"name": "laura", "password": "two"}],
    }
    assert ["turn-server.falcot.com.", 1, 3600, bytes([198, 51, 100, 10]).hex()] in zone
    assert len(zone) == len(records(installation))


def test_reads_their_answer() -> None:
    answer = b'{"service": "sip", "tried": "a call", "ok": false, "happened": "silence", "seconds": 1.5}\n'
    assert proofs(answer) == (Proof(service="sip", tried="a call", ok=False, happened="silence", seconds=1.5),)


@pytest.mark.parametrize("answer", [b"not JSON\n", b"[]\n", b'{"service": "sip"}\n'])
def test_refuses_what_is_no_answer(answer: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        proofs(answer)
