"""A zone as rows: for the table that people read, and for JSON. Names are absolute, with their final dot."""

from collections.abc import Iterable

from rtcstack.plan.record import Record
from rtcstack.zone.zone import Zone

COLUMNS = ("name", "type", "value", "why")


def table(zones: Iterable[Zone]) -> tuple[tuple[str, ...], ...]:
    """Given zones, return their rows under COLUMNS."""
    return tuple(
        (record.owner.to_text(), record.type, str(record.rdata), record.why if record.required else f"optional: {record.why}")
        for zone in zones
        for record in zone.records
    )


def data(zones: Iterable[Zone]) -> dict[str, object]:
    """Given zones, return what `zone --format json` shows: the first zone's origin, and the records of all of them."""
    found = tuple(zones)
    return {"origin": found[0].origin.to_text(), "records": [_record(record) for zone in found for record in zone.records]}


def warnings(zones: Iterable[Zone]) -> tuple[str, ...]:
    """Given zones, return who is locked out by what is not offered, each once, with the records that say so."""
    found: dict[str, list[str]] = {}
    for zone in zones:
        for record in zone.records:
            if record.warning:
                found.setdefault(record.warning, []).append(record.owner.to_text(omit_final_dot=True))
    return tuple(f"{warning}: {', '.join(owners)}" for warning, owners in found.items())


def _record(record: Record) -> dict[str, object]:
    return {
        "owner": record.owner.to_text(),
        "ttl": record.ttl,
        "type": record.type,
        "rdata": str(record.rdata),
        "why": record.why,
        "required": record.required,
    }
