import json
import subprocess
import sys
from pathlib import Path

import dns.rdata
import pytest

PROVE = Path(__file__).parents[3] / "images" / "client" / "prove"
CODE = """
import sys
from request import Request, Wrong
request = Request.read(sys.stdin.buffer.read())
try:
    print(*request.srv("_turns._tcp"))
except Wrong as error:
    print(error)
"""


def found(*records: str) -> str:
    owner, kind = "_turns._tcp.falcot.com.", 33
    rdata = [dns.rdata.from_text("IN", "SRV", text).to_wire() for text in records]
    asked = {
        "domain": "falcot.com",
        "loopback": "127.0.0.1",
        "ca": "",
        "people": [{"name": "roland", "password": "one"}, {"name": "laura", "password": "two"}],
        "records": [[owner, kind, 300, data.hex()] for data in rdata if data is not None],
    }
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=PROVE, input=json.dumps(asked), capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (("0 0 443 turn-server.falcot.com.",), "turn-server.falcot.com 443"),
        (("10 0 443 second.falcot.com.", "0 0 5349 first.falcot.com."), "first.falcot.com 5349"),
        (("0 0 0 .",), "the zone says that _turns._tcp.falcot.com is not offered"),
        ((), "the zone has no SRV record _turns._tcp.falcot.com"),
    ],
)
def test_finds_a_service_in_the_zone(records: tuple[str, ...], said: str) -> None:
    assert found(*records) == said
