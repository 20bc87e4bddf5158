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
from rtcstack.plan.record import Record
from rtcstack.plan.site import CLIENT
from rtcstack.workflow.context import Installation
from rtcstack.workflow.demo_people import DemoPerson
from rtcstack.workflow.trust import every_root

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


def request(domain: str, records: Sequence[Record], people: Sequence[DemoPerson], ca: bytes) -> bytes:
    """Given the domain, the zone's records, the people and the CA, return what the clients are told."""
    told = {
        "domain": domain,
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
    result = engine.run(
        reference(IMAGE),
        PROGRAM,
        network=network.name,
        address=str(network.address(PLACE)),
        address6=str(network.address6(PLACE) or ""),
        dns=("127.0.0.1",),
        tmpfs=("/tmp",),  # noqa: S108 - memory of the container
        stdin=request(installation.stack.site.domain, records, people, every_root(installation, datetime.now(UTC))),
        seconds=SECONDS,
    )
    try:
        found = proofs(result.stdout)
    except (ValueError, KeyError, TypeError):
        found = ()
    if result.exit_code != 0 or not found:
        tail = result.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise WorldError(f"the demo's clients could not run on {network.name}: {' '.join(tail) or result.exit_code}")
    return found
