"""What `dns check` says about what it saw, as findings: what was tried, what happened, what breaks, what to paste. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import dns.name

from rtcstack.plan.record import Record
from rtcstack.plan.stack import StackPlan
from rtcstack.probes.dns_look import Apex
from rtcstack.probes.dns_server import Server
from rtcstack.workflow.finding import Severity
from rtcstack.zone.consequence import breaks
from rtcstack.zone.difference import Key, Values
from rtcstack.zone.difference_served import Gap, Kind
from rtcstack.zone.values import SRV, of_kind

DNS = "dns"
"""The service of findings about name servers and zones as a whole."""
SHOWN = 4
REMARK = "remark"
"""Below a warning: worth knowing, and no finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsFinding:
    """One thing that is wrong. `add` and `remove` are lines for the zone, ready to paste; `breaks` is who notices it."""

    id: str
    service: str
    severity: str
    tried: str
    happened: str
    remedy: str
    breaks: str = ""
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What our records mean: by owner and type the reason, whether it must be there, the service; and where SRV records lead."""

    records: Mapping[Key, tuple[Record, ...]]
    services: Mapping[dns.name.Name, str]
    targets: Collection[dns.name.Name] = field(default_factory=frozenset)

    def why(self, key: Key) -> str:
        """Given an owner and a type, return why it is there; for an alias, why the owner's own records are."""
        found = self.records.get(key) or next((kept for other, kept in self.records.items() if other[0] == key[0]), ())
        return "; ".join(dict.fromkeys(record.why for record in found))

    def required(self, key: Key) -> bool:
        """Whether clients need that set."""
        return any(record.required for record in self.records.get(key, ()))

    def refused(self, key: Key) -> bool:
        """Whether the set says that something is not offered."""
        return any(srv.target == dns.name.root for _, srv in of_kind(self.records.get(key, ()), SRV))

    def service(self, owner: dns.name.Name) -> str:
        """Given an owner, return the service whose record it is."""
        above = owner
        while above != dns.name.root:
            if above in self.services:
                return self.services[above]
            above = above.parent()
        return DNS


def meaning(stack: StackPlan, records: Iterable[Record]) -> Meaning:
    """Given the plan and all records, return what they mean."""
    found: dict[Key, tuple[Record, ...]] = {}
    for record in records:
        key = record.owner, record.type
        found[key] = (*found.get(key, ()), record)
    everything = [record for kept in found.values() for record in kept]
    return Meaning(
        records=found,
        services={record.owner: service.name for service in reversed(stack.services) for record in service.records},
        targets=frozenset(srv.target for _, srv in of_kind(everything, SRV)),
    )


def of_gap(gap: Gap, told: Meaning, servers: Sequence[Server], aliases: Collection[dns.name.Name] = ()) -> DnsFinding:
    """Given a gap, what our records mean, the servers that all have it, and names known to be aliases, return the finding."""
    owner, kind = gap.key
    name = owner.to_text(omit_final_dot=True)
    add, remove = lines(gap.key, gap.missing, gap.ttl), lines(gap.key, gap.extra, gap.served)
    if gap.kind is Kind.ALIAS:
        own = sorted((key, kept) for key, kept in told.records.items() if key[0] == owner)
        add = [line for key, kept in own for line in lines(key, _values(kept), kept[0].ttl)]
    if gap.kind is Kind.TTL:
        add = lines(gap.key, _values(told.records.get(gap.key, ())), gap.ttl)
    remedy = [f"put into the zone: {'; '.join(add)}"] * bool(add) + [f"take out of the zone: {'; '.join(remove)}"] * bool(remove)
    return DnsFinding(
        id=f"dns.{gap.kind}:{name}/{kind}",
        service=told.service(owner),
        severity=_severity(gap, told),
        tried=f"{kind} of {name} at {_all(servers)}",
        happened=_happened(gap, aliases),
        remedy=_sentence("; ".join(remedy)),
        breaks=breaks(gap, told.why(gap.key), target=owner in told.targets),
        add=tuple(add),
        remove=tuple(remove),
    )


def lines(key: Key, values: Values, ttl: int) -> list[str]:
    """Given a set's owner and type, values, and their time to live, return a line of a zone file for each."""
    return [f"{key[0]} {ttl} IN {key[1]} {value}" for value in sorted(values)]


def of_server(server: Server, zone: dns.name.Name, top: Apex) -> DnsFinding:
    """Given a server that does not answer for a zone, return the finding."""
    name = zone.to_text(omit_final_dot=True)
    reply = top.reply
    if reply.failure:
        kind, happened = (
            "silent",
            {"refused": "nothing listens there", "unreachable": "there is no way to it"}.get(
                reply.failure,
                "it does not answer" if reply.failure == "timeout" else f"its answer cannot be used ({reply.failure})",
            ),
        )
    elif reply.code not in ("NOERROR", "NXDOMAIN"):
        kind, happened = "lame", f"it answers {reply.code}"
    else:
        kind, happened = "lame", "it answers without authority: it does not hold the zone"
    return DnsFinding(
        id=f"dns.{kind}:{name}@{server}",
        service=DNS,
        severity=Severity.ERROR,
        tried=f"SOA of {name} at {server}",
        happened=happened,
        remedy=f"Type: dig @{server.address} -p {server.port} +norecurse SOA {name}. Mend that name server, or take it out of the"
        " NS records here and in the zone above.",
        breaks="resolvers lose time with it, and when the others are down nobody finds anything of the domain",
    )


def disagreement(server: Server, serial: int | None, others: Mapping[Server, int | None], found: Sequence[Gap]) -> DnsFinding:
    """Given a server with its serial number, the others with theirs, and what is wrong with it alone, return the finding."""
    what = ", ".join(f"{gap.key[0].to_text(omit_final_dot=True)} {gap.key[1]} ({gap.kind})" for gap in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    same = all(number == serial for number in others.values())
    told = ", ".join(f"{other} has {number}" for other, number in others.items())
    return DnsFinding(
        id=f"dns.disagree:{server}",
        service=DNS,
        severity=Severity.ERROR,
        tried=f"the same records at {_all((server, *others))}",
        happened=f"{server} (serial number {serial}; {told}) alone differs: {what}{more}",
        remedy="Raise the serial number of the zone: it was changed without that."
        if same
        else f"See why {server} does not fetch the zone: NOTIFY, and whether it may transfer it (AXFR) from the primary.",
        breaks="clients are told one thing or another by chance",
    )


def old_answer(resolver: Server, found: Sequence[Gap], lifetimes: Mapping[Key, int]) -> DnsFinding:
    """Given a resolver, what it tells other than the zone's own servers do, and for how long it will, return the finding."""
    what = ", ".join(f"{gap.key[0].to_text(omit_final_dot=True)} {gap.key[1]} ({gap.kind})" for gap in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    longest = max((lifetimes.get(gap.key, 0) for gap in found), default=0)
    wait = f"for up to {longest} seconds more" if longest else "until its memory of that runs out"
    return DnsFinding(
        id=f"dns.old:{resolver}",
        service=DNS,
        severity=Severity.WARNING,
        tried=f"the same records at the resolver {resolver}",
        happened=f"it still tells what was there before, {wait}: {what}{more}",
        remedy="Wait, or let it forget: `rndc flushtree` (BIND), `unbound-control flush_zone` (Unbound).",
        breaks="whoever uses this resolver finds the old places",
    )


def resolver_fails(resolver: Server, zone: dns.name.Name, said: str, count: int) -> DnsFinding:
    """Given a resolver that gives no usable answers for a zone, what it said, and how often, return the finding."""
    name = zone.to_text(omit_final_dot=True)
    silent = said in ("timeout", "refused", "unreachable", "closed", "rubbish")
    return DnsFinding(
        id=f"dns.resolver:{resolver}/{name}",
        service=DNS,
        severity=Severity.ERROR,
        tried=f"the records of {name} at the resolver {resolver}",
        happened=f"it does not answer ({said})" if silent else f"it answers {said} to {count} questions",
        remedy=f"Type: dig @{resolver.address} -p {resolver.port} SOA {name}"
        + ("" if silent else ". SERVFAIL often means that the signatures of the zone are wrong: add +cd to see."),
        breaks="whoever uses this resolver finds nothing of the domain",
    )


def _severity(gap: Gap, told: Meaning) -> str:
    if gap.kind is Kind.TTL or (gap.kind is Kind.MISSING and not told.required(gap.key)):
        return REMARK
    gentle = gap.kind is Kind.STALE or gap.key[1] == "CAA" or (gap.kind is Kind.MISSING and told.refused(gap.key))
    return Severity.WARNING if gentle else Severity.ERROR


def _happened(gap: Gap, aliases: Collection[dns.name.Name]) -> str:
    there = ", ".join(str(value) for value in sorted(gap.extra))
    targets = {value.target for value in gap.extra if isinstance(value, SRV)}
    sentences = {
        Kind.MISSING: f"{len(gap.missing)} of {gap.there + len(gap.missing)} values are missing" if gap.there else "it is missing",
        Kind.ALIAS: f"it is an alias (CNAME) of {there}",
        Kind.PORT: f"the port is wrong: {there} is served",
        Kind.TARGET: f"the target is wrong: {there} is served" + (", which is an alias" if targets & set(aliases) else ""),
        Kind.ADDRESS: f"the address is wrong: {there} is served",
        Kind.VALUE: f"the value is wrong: {there} is served",
        Kind.EXTRA: f"{there} is served too",
        Kind.STALE: f"{there} is served, and should not be there",
        Kind.TTL: f"the time to live is {gap.served} seconds, not {gap.ttl}",
    }
    return sentences[gap.kind]


def _values(records: Iterable[Record]) -> Values:
    return frozenset(record.rdata for record in records)


def _all(servers: Sequence[Server]) -> str:
    return ", ".join(str(server) for server in servers)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
