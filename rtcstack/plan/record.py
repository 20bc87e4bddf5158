"""A DNS record with the reason why it is there. Values are dnspython's, so what is malformed cannot be built."""

from dataclasses import dataclass

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from rtcstack.plan.listener import Address

TTL = 3600
"""Seconds: an hour is short enough to move a service within a working day."""


WORSE = 10
"""How much is added to the priority of an SRV record (lower is tried first) whose port is not the best of its service's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. `owner` is absolute; `warning` says who is locked out (for target `.`); not `required` means optional."""

    owner: dns.name.Name
    rdata: dns.rdata.Rdata
    why: str
    required: bool = True
    warning: str = ""
    ttl: int = TTL

    @property
    def type(self) -> str:
        """The record type as text, like "SRV"."""
        return dns.rdatatype.to_text(self.rdata.rdtype)


def name(text: str) -> dns.name.Name:
    """Given a host or service name with or without final dot, return it as an absolute dnspython name."""
    return dns.name.from_text(text if text.endswith(".") else text + ".")


def record(owner: str, rdtype: str, rdata: str, why: str, *, required: bool = True, warning: str = "") -> Record:
    """Given an owner, a type and presentation text with absolute names, return the record. Raise dns.exception.DNSException."""
    value = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(rdtype), rdata)
    return Record(owner=name(owner), rdata=value, why=why, required=required, warning=warning)


def address_record(owner: str, address: Address, why: str) -> Record:
    """Given a host name and its address, return the A or AAAA record."""
    return record(owner, "A" if address.version == 4 else "AAAA", str(address), why)


def srv(owner: str, priority: int, port: int, target: str, why: str, *, required: bool = True) -> Record:
    """Given a service owner (`_sips._tcp.domain`), return its SRV record, weight 0 (RFC 2782)."""
    return record(owner, "SRV", f"{priority} 0 {port} {name(target)}", why, required=required)


def not_offered(owner: str, why: str, warning: str) -> Record:
    """Given a service owner, return the SRV record with target `.`: decidedly not available (RFC 2782)."""
    return record(owner, "SRV", "0 0 0 .", why, warning=warning)


def naptr(owner: str, order: int, preference: int, service: str, replacement: str, why: str) -> Record:
    """Given a domain, return a terminal "s" NAPTR (RFC 3263, RFC 5928) that points at an SRV owner."""
    return record(owner, "NAPTR", f'{order} {preference} "s" "{service}" "" {name(replacement)}', why)
