"""A zone's name servers: which they are, and whether each serves what was pushed."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import dns.name

from rtcstack.errors import WorldError
from rtcstack.probes.dns_ask import ask
from rtcstack.probes.dns_key import Key
from rtcstack.probes.dns_server import Place, Server, resolve
from rtcstack.workflow.dns.push import PushPlan, confirmed

SPREAD = 30.0
"""Seconds until the other name servers must have fetched the zone (NOTIFY, then a transfer)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A name server, by what it is known, and what it does not serve as it should."""

    server: str
    wrong: tuple[str, ...]


def judge(plan: PushPlan, *, sent: bool, everywhere: bool) -> tuple[Judged, ...]:
    """Given a plan and whether it was sent, ask its server then, and if wanted the zone's other ones, what they serve."""
    found = [Judged(server=str(plan.server), wrong=confirmed(plan))] if sent else []
    if everywhere:
        with ThreadPoolExecutor() as pool:
            found += pool.map(lambda name: _other(plan, name, SPREAD if sent else 0), _names(plan))
    return tuple(found)


def _names(plan: PushPlan) -> Iterator[dns.name.Name]:
    for name in zone_servers(plan.server, plan.zone, plan.request.key):
        if name.to_text(omit_final_dot=True).lower() not in (plan.primary.lower(), plan.request.place.host):
            yield name


def _other(plan: PushPlan, name: dns.name.Name, patience: float) -> Judged:
    text = name.to_text(omit_final_dot=True)
    try:
        server = address_of(plan.server, plan.zone, name, plan.request.key)
    except WorldError as error:
        return Judged(server=text, wrong=(error.message,))
    return Judged(server=str(server), wrong=confirmed(plan, server=server, patience=patience))


def zone_servers(server: Server, zone: dns.name.Name, key: Key) -> tuple[dns.name.Name, ...]:
    """Given a zone and a server of it, return the names of all its name servers, as that one tells."""
    reply = asyncio.run(ask(server, (zone, "NS"), key=key))
    return tuple(value.target for value in sorted(reply.rrset(zone, "NS") or ()))


def address_of(server: Server, zone: dns.name.Name, name: dns.name.Name, key: Key) -> Server:
    """Given a zone, a server of it, and the name of another one, return that one with its address. Raise WorldError."""
    # The zone's own server knows the addresses of the names that lie in it; for others this machine's resolver is asked.
    text = name.to_text(omit_final_dot=True)
    for kind in ("A", "AAAA") if name.is_subdomain(zone) else ():
        rrset = asyncio.run(ask(server, (name, kind), key=key)).rrset(name, kind)
        for value in sorted(rrset or ()):
            return Server(text, str(value), server.port)
    return resolve(Place(text, server.port))[0]
