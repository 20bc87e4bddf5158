"""What was pushed to which name server: a file beside the rendered ones, so that what became stale can be taken away again.

Not a TXT record beside each of ours, as some tools write: that would be public, would need a key that may write TXT, and
anybody who may write the zone could make others' records look like ours. If this file is lost, nothing is deleted any more.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import dns.exception
import dns.name
import dns.rdata

from rtcstack.engine.files import PUBLIC, write_atomic
from rtcstack.zone.difference import Key, Values

FILE = "dns-pushed.json"
TYPES = ("A", "AAAA", "CNAME", "NAPTR", "SRV", "CAA", "TLSA")
"""The types that rtcstack ever pushes: nothing else is deleted, whatever the file says."""
Pushed = Mapping[Key, Values]


def read(directory: Path, server: str, origin: dns.name.Name) -> dict[Key, Values]:
    """Given the folder of the file, the server and the zone, return what we pushed; nothing if the file is lost."""
    found: dict[Key, Values] = {}
    for row in _rows(_load(directory).get(server), origin):
        try:
            owner, kind = dns.name.from_text(str(row["owner"])), str(row["type"])
            value = dns.rdata.from_text("IN", kind, str(row["rdata"]))
        except (KeyError, ValueError, dns.exception.DNSException):
            continue
        if kind in TYPES and owner.is_subdomain(origin):
            found[owner, kind] = found.get((owner, kind), frozenset()) | {value}
    return found


def write(directory: Path, server: str, origin: dns.name.Name, pushed: Pushed) -> None:
    """Given the same and what we have pushed there by now, remember it."""
    rows = [
        {"owner": owner.to_text(), "type": kind, "rdata": str(value)}
        for (owner, kind), values in sorted(pushed.items())
        for value in sorted(values)
    ]
    everything = _load(directory)
    zones = everything.get(server)
    everything[server] = (zones if isinstance(zones, dict) else {}) | {origin.to_text(): rows}
    text = json.dumps({"schema": 1, "servers": everything}, indent=1, sort_keys=True)
    write_atomic(directory / FILE, text.encode() + b"\n", PUBLIC)


def _load(directory: Path) -> dict[str, object]:
    try:
        kept = json.loads((directory / FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    servers = kept.get("servers") if isinstance(kept, dict) else None
    return dict(servers) if isinstance(servers, dict) else {}


def _rows(zones: object, origin: dns.name.Name) -> Iterator[Mapping[str, object]]:
    rows = zones.get(origin.to_text()) if isinstance(zones, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            yield row
