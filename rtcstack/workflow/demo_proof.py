"""The proof: clients that are not ours, in a container on the network, log the people in and let them talk to each other.

They are told what a person knows (domain, name, password), the CA, and the printed zone; with these they find the services.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rtcstack.engine.docker import Engine
from rtcstack.engine.images import reference
from rtcstack.errors import WorldError
from rtcstack.plan.listener import Address
from rtcstack.plan.record import Record
from rtcstack.plan.site import CLIENT
from rtcstack.workflow.context import Installation
from rtcstack.workflow.demo_people import DemoPerson
from rtcstack.workflow.trust import every_root
from rtcstack.workflow.visitor import visit

IMAGE = "client"
PLACE = CLIENT + 1
PROGRAM = ("python3", "/usr/lib/rtcstack/prove")
SECONDS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One exchange: the service, what was tried, whether it ended as it must, what happened, and how long it took."""

    service: str
    tried: str
    ok: bool
    happened: str
    seconds: float


def request(domain: str, records: Sequence[Record], people: Sequence[DemoPerson], ca: bytes, loopback: Address) -> bytes:
    """Given domain, zone, people, CA and the clients' own loopback address, return what the clients are told."""
    told = {
        "domain": domain,
        "loopback": str(loopback),
        "ca": ca.decode("ascii"),
        "people": [{"name": person.name, "password": person.password} for person in people],
        "records": [[r.owner.to_text(), int(r.rdata.rdtype), r.ttl, r.rdata.to_wire().hex()] for r in records],  # type: ignore[union-attr]
    }
    return json.dumps(told).encode()


def proofs(answer: bytes) -> tuple[Proof, ...]:
    """Given the clients' answer, return each exchange. Raise ValueError, KeyError, TypeError if it is none."""
    return tuple(Proof(**json.loads(line)) for line in answer.splitlines())


def prove(installation: Installation, engine: Engine, records: Sequence[Record], people: Sequence[DemoPerson]) -> tuple[Proof, ...]:
    """Given a running installation and its people, let independent clients use it and return each exchange. Raise WorldError."""
    network = installation.stack.site.network
    roots = every_root(installation, datetime.now(UTC))
    told = request(installation.stack.site.domain, records, people, roots, network.loopback(PLACE))
    result = visit(engine, network, PLACE, reference(IMAGE), PROGRAM, stdin=told, own_resolver=True, seconds=SECONDS)
    try:
        found = proofs(result.stdout)
    except (ValueError, KeyError, TypeError):
        found = ()
    if result.exit_code != 0 or not found:
        tail = result.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise WorldError(f"the demo's clients could not run on {network.title}: {' '.join(tail) or result.exit_code}")
    return found
