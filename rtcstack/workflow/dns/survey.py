"""Asking everybody about a zone at once: which name servers there are, what each serves, what resolvers tell."""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from rtcstack.plan.listener import Address
from rtcstack.probes.dns_ask import PATIENCE, Question, Replies, Reply, ask, ask_all
from rtcstack.probes.dns_look import Apex, apex, look, told
from rtcstack.probes.dns_server import Server
from rtcstack.zone.difference import Key, RecordSet
from rtcstack.zone.values import SRV


@dataclass(frozen=True, slots=True)
class Budget:
    """When the time is over (seconds of `time.monotonic`)."""

    end: float

    @property
    def patience(self) -> float:
        """Seconds for the next question: its usual ones, or what is left."""
        return max(0.2, min(PATIENCE * 0.75, self.end - time.monotonic()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One server's answers about one zone: its apex as the server sees it, the replies, the zone's keys, owners that are aliases.

    `sets` are those that stand at their owners; what only a wildcard makes does not.
    """

    server: Server
    apex: Apex
    replies: Replies = field(default_factory=dict)
    sets: Mapping[Key, RecordSet] = field(default_factory=dict)
    keys: Reply = field(default_factory=Reply)
    aliases: frozenset[dns.name.Name] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All that was told about one zone. `ds` is None if nobody was there to ask about the zone above."""

    served: tuple[Served, ...]
    resolvers: Mapping[Server, Replies]
    ds: Reply | None
    reverse: Mapping[Address, Reply] = field(default_factory=dict)


def system_resolvers() -> tuple[Server, ...]:
    """Return the resolvers that this machine uses."""
    try:
        found = dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError):
        return ()
    addresses = (item for item in found.nameservers if isinstance(item, str))
    return tuple(Server(address, address, found.port) for address in addresses)


async def name_servers(resolvers: Sequence[Server], zone: dns.name.Name, budget: Budget) -> tuple[Server, ...]:
    """Given resolvers and a domain, return the name servers of the zone that holds it, by their IPv4 addresses if they have any."""
    for resolver in resolvers:
        above = zone
        while len(above) > 2:
            reply = await ask(resolver, (above, "NS"), recursive=True, patience=budget.patience)
            if reply.failure:
                break
            rrset = reply.rrset(above, "NS")
            if rrset is not None:
                names = sorted(value.target for value in rrset)
                found = await asyncio.gather(*(_addresses(resolver, name, budget) for name in names))
                return tuple(dict.fromkeys(server for servers in found for server in servers))
            above = above.parent()
    return ()


async def survey(
    servers: Iterable[Server],
    resolvers: Collection[Server],
    teller: Sequence[Server],
    zone: dns.name.Name,
    questions: Collection[Question],
    addresses: Collection[Address],
    budget: Budget,
) -> Survey:
    """Given name servers, resolvers whose memory counts, resolvers that may tell of DS and PTR, and questions, ask all at once."""
    served, remembered, ds, reverse = await asyncio.gather(
        asyncio.gather(*(_served(server, zone, questions, budget) for server in servers)),
        asyncio.gather(*(ask_all(each, questions, recursive=True, patience=budget.patience) for each in resolvers)),
        _ds(teller, zone, budget),
        _reverse(teller, addresses, budget),
    )
    return Survey(served=tuple(served), resolvers=dict(zip(resolvers, remembered, strict=True)), ds=ds, reverse=reverse)


async def _served(server: Server, zone: dns.name.Name, questions: Collection[Question], budget: Budget) -> Served:
    top = await apex(server, zone, patience=budget.patience)
    if top.origin is None:
        return Served(server=server, apex=top)
    seen, keys = await asyncio.gather(
        look(server, top.origin, questions, patience=budget.patience),
        ask(server, (top.origin, "DNSKEY"), patience=budget.patience),
    )
    # Where other records lead: whether that is an alias is worth knowing.
    asked = {owner for owner, _ in questions}
    targets = {value.target for found in seen.sets.values() for value in found.values if isinstance(value, SRV)}
    further = [(target, "A") for target in targets - asked - {dns.name.root} if target.is_subdomain(top.origin)]
    led = told(await ask_all(server, further, patience=budget.patience)) if further else {}
    aliases = frozenset(owner for owner, kind in (*seen.sets, *led) if kind == "CNAME")
    return Served(server=server, apex=top, replies=seen.replies, sets=seen.sets, keys=keys, aliases=aliases)


async def _addresses(resolver: Server, name: dns.name.Name, budget: Budget) -> tuple[Server, ...]:
    text = name.to_text(omit_final_dot=True)
    for kind in ("A", "AAAA"):
        # Not every machine has a way to IPv6 addresses: a server that has both is asked by the other.
        rrset = (await ask(resolver, (name, kind), recursive=True, patience=budget.patience)).rrset(name, kind)
        if rrset is not None:
            return tuple(Server(text, str(value)) for value in sorted(rrset))
    return ()


async def _ds(teller: Sequence[Server], zone: dns.name.Name, budget: Budget) -> Reply | None:
    for resolver in teller:
        reply = await ask(resolver, (zone, "DS"), recursive=True, patience=budget.patience)
        if reply.good:
            return reply
    return None


async def _reverse(teller: Sequence[Server], addresses: Collection[Address], budget: Budget) -> dict[Address, Reply]:
    if not teller:
        return {}
    questions = {address: (dns.reversename.from_address(str(address)), "PTR") for address in addresses}
    replies = await ask_all(teller[0], questions.values(), recursive=True, patience=budget.patience)
    return {address: replies[question] for address, question in questions.items()}
