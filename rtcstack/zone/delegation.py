"""What the zone above must hold so that resolvers ask our name server and trust its signatures."""

from collections.abc import Iterable, Iterator

import dns.dnssec
import dns.rdatatype
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from rtcstack.plan.record import record
from rtcstack.zone.complete import NameServer
from rtcstack.zone.zone import Zone, zone

SECURE_ENTRY = 0x0001
"""The flag of a key that a DS record may name (RFC 4034 section 2.1.1)."""
_WHY = "makes resolvers trust the zone's signatures"


def keys(served: str) -> tuple[DNSKEY, ...]:
    """Given records as a name server prints them, one a line, return the keys that a DS may name.

    What stands before the type on a line says nothing here. Raise dns.exception.DNSException if a key is malformed.
    """
    found = []
    for line in served.splitlines():
        head, mark, rdata = line.partition(" DNSKEY ")
        if mark and head:
            key = dns.rdata.from_text("IN", "DNSKEY", rdata)
            if isinstance(key, DNSKEY) and key.flags & SECURE_ENTRY:
                found.append(key)
    return tuple(found)


def delegated(found: Zone, served: Iterable[DNSKEY]) -> Zone:
    """Given a zone and the keys that are served for it, return it with its DS records alone (SHA-256, RFC 4509)."""
    owner = found.origin.to_text()
    records = [record(owner, "DS", dns.dnssec.make_ds(found.origin, key, "SHA256").to_text(), _WHY) for key in served]
    return zone(found.origin, records)


def text(found: Zone, server: NameServer) -> str:
    """Given a zone of DS records and its name server, return what the zone above must hold; only the DS is ready to paste."""
    return "\n".join(_lines(found, server)) + "\n"


def _lines(found: Zone, server: NameServer) -> Iterator[str]:
    name = found.origin.to_text(omit_final_dot=True)
    yield f"; For the zone above {name}, beside the delegation, and only after it (RFC 4035 section 2.4). The delegation itself:"
    yield f";   {found.origin} NS {server.host}."
    for address in server.addresses:
        yield f";   {server.host}. {'A' if address.version == 4 else 'AAAA'} {address}"
    yield f"; From then on only this stack answers for {name}: whatever else lives there, a web site or mail, would be gone."
    for each in found.records:
        yield f"{each.owner}  {each.ttl}  IN  {each.type}  {each.rdata}"
