"""A zone as the text that BIND, Knot, NSD and most providers' import forms read (RFC 1035 section 5.1)."""

from collections.abc import Iterator
from itertools import groupby

import dns.name

from rtcstack.plan.record import Record
from rtcstack.zone.zone import SECTIONS, Zone, section

TITLES = ("The zone", "Host names", "Which transports, in which order", "Which host and port", "Who may certify", "What to trust")


def text(zone: Zone) -> str:
    """Given a zone, return it as text: owners relative to $ORIGIN, values absolute, the reason behind each record."""
    return "\n".join(_lines(zone)) + "\n"


def _lines(zone: Zone) -> Iterator[str]:
    whole = any(record.type == "SOA" for record in zone.records)
    yield f"; {zone.origin.to_text(omit_final_dot=True)}: made by rtcstack from rtcstack.toml."
    if not whole:
        yield "; Paste this at the end of the zone: $ORIGIN holds for every line after it. Raise the serial number."
    yield f"$ORIGIN {zone.origin}"
    width = max((len(_owner(record, zone.origin)) for record in zone.records), default=0)
    for place, group in groupby(zone.records, key=section):
        records = tuple(group)
        span = max(len(str(record.rdata)) for record in records)
        yield ""
        if place < len(SECTIONS):
            yield f"; {TITLES[place]}"
        for record in records:
            owner, value = _owner(record, zone.origin), str(record.rdata)
            yield f"{owner:<{width}}  {record.ttl}  IN  {record.type:<5}  {value:<{span}}  ; {_comment(record)}"


def _owner(record: Record, origin: dns.name.Name) -> str:
    return record.owner.relativize(origin).to_text()


def _comment(record: Record) -> str:
    # A comment ends with its line; nothing in it may begin another.
    why = " ".join(record.why.split())
    return why if record.required else f"optional: {why}"
