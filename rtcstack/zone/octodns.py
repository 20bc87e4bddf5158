"""A zone as octoDNS's YamlProvider reads it (its `config/ZONE.yaml`): owners relative to the zone, in natural order.

octoDNS takes away what its source does not name. So this is to be merged into the zone's own file, not to stand alone beside
a zone that holds other people's records.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from dns.rdtypes.ANY.CAA import CAA
from dns.rdtypes.ANY.TLSA import TLSA

from rtcstack.plan.record import Record
from rtcstack.zone.values import NAPTR, SRV
from rtcstack.zone.zone import Zone

UNKNOWN = ("SOA",)
"""What octoDNS leaves to the name server."""
_HEAD = """\
---
# {origin}: made by rtcstack from rtcstack.toml, for octoDNS. Merge this into the zone's own file: octoDNS takes away every
# record that it does not find there.
"""


def text(zone: Zone) -> str:
    """Given a zone, return it as YAML: each owner's records under their reasons."""
    import yaml  # noqa: PLC0415 - other formats do without

    parts = [_HEAD.format(origin=zone.origin.to_text(omit_final_dot=True))]
    for owner, records in sorted(_owners(zone).items(), key=lambda item: _natural(item[0])):
        reasons = dict.fromkeys(f"# {found.type}: {' '.join(found.why.split())}\n" for found in records)
        sets = [_set(tuple(group)) for _, group in groupby(sorted(records, key=attrgetter("type")), key=attrgetter("type"))]
        parts += reasons
        parts.append(yaml.safe_dump({owner: sets[0] if len(sets) == 1 else sets}, default_flow_style=False, width=1000))
    return "".join(parts)


def _owners(zone: Zone) -> Mapping[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in zone.records:
        if record.type not in UNKNOWN:
            owner = record.owner.relativize(zone.origin).to_text()
            found.setdefault("" if owner == "@" else owner, []).append(record)
    return found


def _set(records: tuple[Record, ...]) -> dict[str, object]:
    values = [_value(record) for record in records]
    return {"ttl": records[0].ttl, "type": records[0].type, "values": values}


def _value(record: Record) -> object:
    match record.rdata:
        case SRV() as srv:
            return _fields(srv, ("port", "priority", "weight")) | {"target": srv.target.to_text()}
        case NAPTR() as naptr:
            texts = {name: getattr(naptr, name).decode("ascii") for name in ("flags", "service", "regexp")}
            return _fields(naptr, ("order", "preference")) | texts | {"replacement": naptr.replacement.to_text()}
        case CAA() as caa:
            return {"flags": caa.flags, "tag": caa.tag.decode("ascii"), "value": caa.value.decode("ascii")}
        case TLSA() as tlsa:
            return {
                "certificate_association_data": tlsa.cert.hex(),
                "certificate_usage": tlsa.usage,
                "matching_type": tlsa.mtype,
                "selector": tlsa.selector,
            }
        case other:
            return str(other)


def _fields(value: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _natural(owner: str) -> tuple[object, ...]:
    # As natsort does: runs of digits count as numbers, and octoDNS refuses another order.
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", owner))
