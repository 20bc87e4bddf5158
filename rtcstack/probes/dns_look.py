"""What a name server holds: the zone in which a domain lies, and the sets at given owners, without what only a wildcard makes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import dns.name
import dns.rdatatype
import dns.rrset

from rtcstack.probes.dns_ask import PATIENCE, Replies, Reply, ask, ask_all
from rtcstack.probes.dns_key import Key as TsigKey
from rtcstack.probes.dns_server import Server
from rtcstack.zone.difference import ALIAS, Key, RecordSet

WILD = b"*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apex:
    """Where a domain's zone begins, as a server told: `origin` None if it is not authoritative for it; `reply` says why."""

    origin: dns.name.Name | None
    serial: int | None = None
    primary: str = ""
    reply: Reply = field(default_factory=Reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The sets that were found, the replies that were none, and owners that the server hands to another zone (owner: that zone)."""

    sets: Mapping[Key, RecordSet]
    failed: Replies
    delegated: Mapping[dns.name.Name, dns.name.Name]
    replies: Replies


async def apex(server: Server, domain: dns.name.Name, *, key: TsigKey | None = None, patience: float = PATIENCE) -> Apex:
    """Given a server and a domain, return the zone of the server's that holds it: the domain itself, or one above."""
    reply = await ask(server, (domain, "SOA"), key=key, patience=patience)
    if not (reply.good and reply.authoritative):
        return Apex(origin=None, reply=reply)
    soa = reply.rrset(domain, "SOA") or _authority(reply)
    if soa is None:
        return Apex(origin=None, reply=reply)
    return Apex(origin=soa.name, serial=int(soa[0].serial), primary=soa[0].mname.to_text(omit_final_dot=True), reply=reply)


async def look(
    server: Server,
    origin: dns.name.Name,
    keys: Collection[Key],
    *,
    key: TsigKey | None = None,
    patience: float = PATIENCE,
) -> Look:
    """Given a server, the zone's origin and owners with types, return what stands there, aliases included.

    A set that is the same as the wildcard's above it is taken for that wildcard's work: it does not stand at this owner.
    """
    wild = tuple(dict.fromkeys(_wildcards(origin, keys)))
    asked = await ask_all(server, (*keys, *wild), key=key, patience=patience)
    found = told({question: reply for question, reply in asked.items() if question in set(keys)})
    stars = told({question: asked[question] for question in wild})
    real = {place: there for place, there in found.items() if not _made(place, there, stars, origin)}
    return Look(
        sets=real,
        failed={question: reply for question, reply in asked.items() if not reply.good},
        delegated=_delegated({question: asked[question] for question in keys}, origin),
        replies={question: asked[question] for question in keys},
    )


def told(replies: Replies) -> dict[Key, RecordSet]:
    """Given replies, return the sets in them, and the alias in place of a set that one stands for."""
    found: dict[Key, RecordSet] = {}
    for (owner, kind), reply in replies.items():
        if not reply.good:
            continue
        for there in (kind, ALIAS):
            rrset = reply.rrset(owner, there)
            if rrset is not None:
                found[owner, there] = as_set(rrset)
                break
    return found


def as_set(rrset: dns.rrset.RRset) -> RecordSet:
    """Given dnspython's set, return ours."""
    return RecordSet(frozenset(rrset), rrset.ttl)


def _authority(reply: Reply) -> dns.rrset.RRset | None:
    if reply.message is None:
        return None
    return next((rrset for rrset in reply.message.authority if rrset.rdtype == dns.rdatatype.SOA), None)


def _delegated(replies: Replies, origin: dns.name.Name) -> dict[dns.name.Name, dns.name.Name]:
    found = {}
    for (owner, _), reply in replies.items():
        below = reply.authority("NS")
        if reply.good and not reply.authoritative and below is not None and below != origin and below.is_subdomain(origin):
            found[owner] = below
    return found


def _wildcards(origin: dns.name.Name, keys: Iterable[Key]) -> Iterator[Key]:
    for owner, kind in keys:
        for star in _stars(owner, origin):
            yield star, kind


def _stars(owner: dns.name.Name, origin: dns.name.Name) -> Iterator[dns.name.Name]:
    above = owner
    while above != origin and above.is_subdomain(origin):
        above = above.parent()
        yield dns.name.Name((WILD, *above.labels))


def _made(place: Key, there: RecordSet, stars: Mapping[Key, RecordSet], origin: dns.name.Name) -> bool:
    owner, kind = place
    return any(stars.get((star, kind), RecordSet(frozenset())).values == there.values for star in _stars(owner, origin))
