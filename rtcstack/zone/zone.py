"""A zone as a value: an origin and its records, each owner and value once, in an order that never changes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import dns.name

from rtcstack.plan.record import Record

SECTIONS = (
    ("SOA", "NS"),
    ("A", "AAAA", "CNAME"),
    ("NAPTR",),
    ("SRV",),
    ("CAA",),
    ("TLSA",),
)
"""Record types in the order in which they are printed; what is not named here comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An origin with its records; `records` are merged and sorted, so that equal content is equal text."""

    origin: dns.name.Name
    records: tuple[Record, ...]


def zone(origin: dns.name.Name, records: Iterable[Record]) -> Zone:
    """Given an origin and records in any order, return the zone: what is told twice once, with both reasons."""
    told: dict[tuple[object, ...], list[Record]] = {}
    for record in records:
        told.setdefault((record.owner, record.rdata, record.ttl), []).append(record)
    return Zone(origin=origin, records=tuple(sorted(map(_merge, told.values()), key=_order)))


def section(record: Record) -> int:
    """Given a record, return the place of its section."""
    return next((place for place, types in enumerate(SECTIONS) if record.type in types), len(SECTIONS))


def _merge(same: list[Record]) -> Record:
    return replace(
        same[0],
        why=_all(record.why for record in same),
        warning=_all(record.warning for record in same),
        required=any(record.required for record in same),
    )


def _all(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _order(record: Record) -> tuple[object, ...]:
    # Owners in the order of RFC 4034 section 6.1, values by their wire form: numbers count as numbers.
    soa_first = record.type != "SOA"
    return section(record), soa_first, record.owner, record.rdata.rdtype, record.rdata.to_digestable(dns.name.root), record.ttl
