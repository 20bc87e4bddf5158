"""SOA and NS, for a name server that serves the zone alone and for the zone checkers, which refuse a fragment without them."""

import hashlib
from dataclasses import dataclass

import dns.name

from rtcstack.plan.listener import Address
from rtcstack.plan.record import Record, address_record, name, record
from rtcstack.plan.stack import StackPlan
from rtcstack.zone.values import addresses
from rtcstack.zone.zone import Zone, zone

OFFSET = 22
"""The fixed place of a name server in the address range."""
ROLE = "dns"
"""The role of the service that answers for the zones."""
TIMERS = "3600 600 1209600 300"
"""Seconds: refresh, retry, expire, and how long "there is no such name" is believed (RFC 1912 section 2.2, RFC 2308 section 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer:
    """A host name and its addresses; `ours` tells the stack's own server from the place that is kept for one."""

    host: str
    addresses: tuple[Address, ...]
    ours: bool = False

    @property
    def why(self) -> str:
        """What stands behind its records."""
        return "the name server" if self.ours else "the name server: put yours here"


def name_server(stack: StackPlan) -> NameServer:
    """Given the plan, return the name server that complete zones name: the stack's own, or `ns` at the place kept for it."""
    own = stack.having(ROLE)
    if own is not None and own.hostname is not None:
        return NameServer(host=own.hostname, addresses=own.addresses, ours=True)
    network = stack.site.network
    six = network.address6(OFFSET)
    return NameServer(host=stack.site.fqdn("ns"), addresses=(network.address(OFFSET), *(() if six is None else (six,))))


def serial(found: Zone) -> int:
    """Given a zone, return a serial number that is the same for the same records, so that printing twice changes nothing."""
    text = "\n".join(f"{record.owner} {record.ttl} {record.type} {record.rdata}" for record in found.records)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) or 1


def complete(found: Zone, server: NameServer, number: int | None = None) -> Zone:
    """Given a zone, its name server and a serial number (by default made from the records), return it with SOA and NS."""
    origin = found.origin.to_text()
    host = name(server.host)
    number = serial(found) if number is None else number
    soa = f"{host} hostmaster.{origin} {number} {TIMERS}"
    own = [
        record(origin, "SOA", soa, "the zone itself"),
        record(origin, "NS", host.to_text(), server.why),
    ]
    return zone(found.origin, (*own, *_glue(found, server, host), *found.records))


def _glue(found: Zone, server: NameServer, host: dns.name.Name) -> list[Record]:
    known = any(record.owner == host for record, _ in addresses(found.records))
    if known or not host.is_subdomain(found.origin):
        return []
    return [address_record(server.host, address, "the name server's place: put yours here") for address in server.addresses]
