import importlib.util
from pathlib import Path
from types import ModuleType

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

PROVE = Path(__file__).parents[3] / "images" / "client" / "prove"
OWNER = "_sips._tcp.falcot.com"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"prove_{name}", PROVE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RRSET = dns.rrset.from_text(f"{OWNER}.", 300, "IN", "SRV", "0 0 443 sip-proxy.falcot.com.")
RECORDS = {(OWNER, 33): [(300, RRSET[0].to_wire())]}


@pytest.mark.parametrize(
    ("name", "kind", "code", "answer"),
    [
        (f"{OWNER}.", "SRV", dns.rcode.NOERROR, [RRSET]),
        (f"{OWNER.upper()}.", "SRV", dns.rcode.NOERROR, [RRSET]),
        (f"{OWNER}.", "A", dns.rcode.NOERROR, []),
        ("other.example.", "SRV", dns.rcode.NXDOMAIN, []),
    ],
)
def test_answers_as_a_name_server_does(name: str, kind: str, code: dns.rcode.Rcode, answer: list[dns.rrset.RRset]) -> None:
    query = dns.message.make_query(name, kind)
    response = dns.message.from_wire(load("zone").answer(query.to_wire(), RECORDS))
    assert query.is_response(response)
    assert (response.rcode(), response.answer) == (code, answer)
    assert response.flags & dns.flags.AA
