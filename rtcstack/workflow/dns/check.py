"""`dns check`: what the domain's name servers and resolvers tell, against what `zone` prints; only the differences."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address

import dns.name

from rtcstack.engine import links
from rtcstack.errors import RequestError
from rtcstack.probes.dns_server import Place, Server, resolve
from rtcstack.workflow.context import Installation
from rtcstack.workflow.dns import pushed
from rtcstack.workflow.dns.findings import DNS, REMARK, DnsFinding, Meaning, meaning
from rtcstack.workflow.dns.judge import judge
from rtcstack.workflow.dns.reach import Reach, reach
from rtcstack.workflow.dns.survey import Budget, Survey, name_servers, survey, system_resolvers
from rtcstack.workflow.zone import zone
from rtcstack.zone.complete import ROLE
from rtcstack.zone.difference_served import questions
from rtcstack.zone.values import addresses
from rtcstack.zone.zone import Zone

SECONDS = 5.0
"""For all of it, by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What was typed: name servers and resolvers (none: found out), one of our zones ("": all), and seconds for all of it."""

    servers: tuple[Place, ...] = ()
    resolvers: tuple[Place, ...] = ()
    zone: str = ""
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsCheck:
    """What is wrong, what is worth knowing, how many sets and other things are right, who was asked, and how long it took."""

    findings: tuple[DnsFinding, ...]
    remarks: tuple[DnsFinding, ...]
    passed: int
    servers: tuple[str, ...]
    seconds: float = field(default=0.0, compare=False)


def check(installation: Installation, request: CheckRequest) -> DnsCheck:
    """Given an installation and a request, ask name servers and resolvers and return what is wrong. Raise RtcstackError."""
    began = time.monotonic()
    budget = Budget(began + request.seconds - 0.3)
    zones = zone(installation, origin=request.zone.rstrip(".").lower()).zones
    servers = tuple(server for place in request.servers for server in resolve(place))
    resolvers = tuple(server for place in request.resolvers for server in resolve(place)[:1])
    if not servers and not resolvers:
        servers = _own(installation)
    asked = resolvers or (() if servers else system_resolvers())
    if not servers and not asked:
        raise RequestError(
            "this machine has no resolver that could name the domain's servers", hint="Give --server or --resolver with an address."
        )
    told = meaning(installation.stack, (record for found in zones for record in found.records))
    with ThreadPoolExecutor(1) as pool:
        reached: Future[Reach] = pool.submit(reach, installation)
        surveys = asyncio.run(_surveys(installation, zones, servers, resolvers, asked, budget))
        results = [_judged(found, seen, told) for found, seen in zip(zones, surveys, strict=True)]
        published = frozenset(
            str(value)
            for seen in surveys
            for one in seen.served
            for (_, kind), there in one.sets.items()
            if kind == "AAAA"
            for value in there.values
        )
        every = [item for found, _ in results for item in found] + list(reached.result().findings(published))
    return DnsCheck(
        findings=tuple(found for found in every if found.severity != REMARK),
        remarks=tuple(found for found in every if found.severity == REMARK),
        passed=sum(count for _, count in results),
        servers=tuple(dict.fromkeys(str(one.server) for seen in surveys for one in seen.served)),
        seconds=round(time.monotonic() - began, 2),
    )


def _own(installation: Installation) -> tuple[Server, ...]:
    # A stack that answers for itself is asked itself, if a link of ours leads there: nothing leaves this machine then.
    stack = installation.stack
    own = stack.having(ROLE)
    if own is None or not stack.site.network.host_access or links.missing(stack):
        return ()
    return (Server(own.hostname or own.name, str(own.address)),)


async def _surveys(
    installation: Installation,
    zones: Sequence[Zone],
    servers: Sequence[Server],
    resolvers: Sequence[Server],
    asked: Sequence[Server],
    budget: Budget,
) -> list[Survey]:
    async def one(found: Zone) -> Survey:
        there = tuple(servers) or await name_servers(asked, found.origin, budget)
        pushed = {key for server in there for key in _pushed(installation, server, found.origin)}
        hosts = tuple(dict.fromkeys(ip_address(text) for _, text in addresses(found.records)))
        return await survey(there, resolvers, asked, found.origin, questions(found.records, sorted(pushed)), hosts, budget)

    return list(await asyncio.gather(*(one(found) for found in zones)))


def _pushed(installation: Installation, server: Server, origin: dns.name.Name) -> set[tuple[dns.name.Name, str]]:
    places = {str(Place(host, server.port)) for host in (server.name, server.address)}
    return {key for place in places for key in pushed.read(installation.compose, place, origin)}


def _judged(found: Zone, seen: Survey, told: Meaning) -> tuple[tuple[DnsFinding, ...], int]:
    if seen.served:
        return judge(found, seen, told, time.time())
    name = found.origin.to_text(omit_final_dot=True)
    return (
        DnsFinding(
            id=f"dns.nobody:{name}",
            service=DNS,
            severity="error",
            tried=f"the name servers of {name}",
            happened="no name server answers for it, as far as the resolver knows",
            remedy=f"Register or delegate {name}, or name its servers with --server. Type: dig +trace NS {name}",
            breaks="nobody finds anything of the domain",
        ),
    ), 0
