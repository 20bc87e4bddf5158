"""The names: whether the zone leads a client to every service, as printed, or as a name server answers. Pure."""

from collections.abc import Iterator, Sequence

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from rtcstack.plan.record import Record
from rtcstack.plan.stack import StackPlan
from rtcstack.workflow.checks.verdict import HOST, Level, Observation

SHOWN = 3
"""So many records a sentence names."""
Key = tuple[str, int]


def observe(stack: StackPlan, resolver: str, answers: Sequence[Sequence[object]]) -> Iterator[Observation]:
    """Given the plan, the name server asked and its records (owner, type, ttl, rdata in hex), yield one observation a service."""
    found: dict[Key, set[bytes]] = {}
    for owner, kind, _, rdata in answers:
        found.setdefault((str(owner), int(str(kind))), set()).add(bytes.fromhex(str(rdata)))
    tried = f"every record of {{}} as {resolver} tells it"
    yield Observation(
        id="dns.silent", service=HOST, level=Level.NAMES, tried=f"the name server {resolver}", ok=bool(found),
        happened="it answers" if found else "it tells none of our records",
        remedy=f"Type `dig @{resolver} SOA {stack.site.domain}`: it must answer for the zone. `rtcstack zone` prints the zone.",
    )  # fmt: skip
    every = [record for service in stack.services for record in service.records]
    for service in stack.services:
        required = [record for record in service.records if record.required]
        if not required or not found:
            continue
        wrong = _wrong(required, every, found)
        more = f" (and {len(wrong) - SHOWN} more)" if len(wrong) > SHOWN else ""
        yield Observation(
            id=f"dns.{service.name}", service=service.name, level=Level.NAMES, tried=tried.format(service.name), ok=not wrong,
            happened="; ".join(said for said, _ in wrong[:SHOWN]) + more or "all are as printed",
            remedy="Put this into the zone, in place of what is there: " + "; ".join(line for _, line in wrong[:SHOWN])
            + ". `rtcstack zone` prints all of it.",
        )  # fmt: skip


def _wrong(required: Sequence[Record], every: Sequence[Record], found: dict[Key, set[bytes]]) -> list[tuple[str, str]]:
    wanted = _by_key(required)
    ours = _by_key(every)
    wrong = []
    for key, records in wanted.items():
        there = {_canonical(raw, key[1]) for raw in found.get(key, set())}
        mine = {_canonical(record.rdata.to_wire() or b"", key[1]) for record in records}
        # Two services may share an owner: what another one wants there is no stranger.
        strangers = there - {_canonical(record.rdata.to_wire() or b"", key[1]) for record in ours[key]}
        if mine <= there and not strangers:
            continue
        kind = dns.rdatatype.to_text(dns.rdatatype.RdataType(key[1]))
        gone = [record for record in records if _canonical(record.rdata.to_wire() or b"", key[1]) not in there]
        lines = "; ".join(f"{key[0]}. {record.ttl} IN {kind} {record.rdata}" for record in gone or records)
        instead = " and ".join(sorted(_text(raw, key[1]) for raw in strangers))
        lost = " and ".join(str(record.rdata) for record in gone)
        said = f"{key[0]} {kind} is {instead}" + (f" instead of {lost}" if gone else " too") if instead else f"{lost} is missing"
        wrong.append((said if instead else f"{key[0]} {kind} {said}", lines))
    return wrong


def _by_key(records: Sequence[Record]) -> dict[Key, list[Record]]:
    found: dict[Key, list[Record]] = {}
    for record in records:
        found.setdefault((record.owner.to_text(omit_final_dot=True).lower(), int(record.rdata.rdtype)), []).append(record)
    return found


def _rdata(raw: bytes, kind: int) -> dns.rdata.Rdata:
    return dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.RdataType(kind), raw, 0, len(raw))


def _canonical(raw: bytes, kind: int) -> bytes:
    return _rdata(raw, kind).to_digestable()


def _text(raw: bytes, kind: int) -> str:
    return str(_rdata(raw, kind))
