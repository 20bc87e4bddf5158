"""`dns push`: only the difference goes to a name server, in one UPDATE that the server carries out as a whole or not at all.

Three steps, so that a dry run stops after the first by construction: `look` asks and compares, `send` writes what was shown,
`confirmed` asks again what is served then.
"""

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import dns.exception
import dns.name

from rtcstack.engine.lock import locked
from rtcstack.errors import Problem, RequestError
from rtcstack.probes.dns_ask import Reply
from rtcstack.probes.dns_ask import send as send_message
from rtcstack.probes.dns_key import Key as TsigKey
from rtcstack.probes.dns_look import Apex, Look, apex
from rtcstack.probes.dns_look import look as look_at
from rtcstack.probes.dns_server import Place, Server, resolve
from rtcstack.workflow.context import Installation
from rtcstack.workflow.dns import pushed as remembered
from rtcstack.workflow.dns.replies import apex_error, ask_error, update_error
from rtcstack.workflow.zone import zone
from rtcstack.zone.difference import Difference, Key, RecordSet, Step, Values, difference, ours_after, sets
from rtcstack.zone.update import message
from rtcstack.zone.zone import Zone

PATIENCE = 10.0
"""Seconds for the UPDATE: the server writes its journal, and may sign anew."""
SETTLE = 5.0
"""Seconds until what was pushed must be served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """What was typed: the server, the key, the zone ("" for the domain's own), and which foreign sets to replace or to join."""

    place: Place
    key: TsigKey
    zone: str = ""
    replace: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPlan:
    """What the server holds against what it should: `zone` is the server's, `wanted` our sets in it, `others` our other zones."""

    request: PushRequest
    server: Server
    zone: dns.name.Name
    primary: str
    wanted: Mapping[Key, RecordSet]
    reasons: Mapping[Key, str]
    pushed: Mapping[Key, Values]
    difference: Difference
    others: tuple[str, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The sets to write."""
        return self.difference.steps


def look(installation: Installation, request: PushRequest) -> PushPlan:
    """Given an installation and a request, ask the server and return what there is to write. Nothing is changed.

    Raise RequestError for a wrong zone, a key that the server does not know, or somebody else's records where ours should be;
    WorldError if the server cannot be asked.
    """
    ours, above, others = _choose(installation, request.zone)
    wanted = sets(ours.records)
    replace, beside = _keys(request.replace, wanted, "--replace"), _keys(request.beside, wanted, "--beside")
    server, top = _server(request, ours.origin)
    if top.origin is None or (above is not None and top.origin != above):
        raise apex_error(server, above or ours.origin, request.key, top)
    pushed = remembered.read(installation.compose, str(request.place), top.origin)
    seen = asyncio.run(look_at(server, top.origin, {*wanted, *pushed}, key=request.key))
    _usable(server, request.key, seen)
    found = difference(wanted, seen.sets, pushed, replace=replace, beside=beside)
    if found.foreign:
        raise _in_the_way(found, wanted)
    return PushPlan(
        request=request,
        server=server,
        zone=top.origin,
        primary=top.primary,
        wanted=wanted,
        reasons={(record.owner, record.type): record.why for record in ours.records},
        pushed=pushed,
        difference=found,
        others=others,
    )


def send(installation: Installation, plan: PushPlan) -> None:
    """Given what was looked at and agreed to, send it as one UPDATE, and remember what is ours now. Raise RtcstackError."""
    update = message(plan.zone, plan.steps)
    update.use_tsig(plan.request.key.tsig())
    compose, place = installation.compose, str(plan.request.place)
    with locked(installation.directory):
        before = remembered.read(compose, place, plan.zone)
        after = _ours(plan, before)
        # Written down first: if we are killed in between, what arrived is known as ours.
        remembered.write(compose, place, plan.zone, _either(before, after))
        reply = asyncio.run(send_message(plan.server, update, PATIENCE))
        if not reply.failure and reply.code == "NOERROR":
            remembered.write(compose, place, plan.zone, after)
            return
        if reply.failure not in ("timeout", "closed", "unsigned", "forged"):
            # The server said no, or was never reached.
            remembered.write(compose, place, plan.zone, before)
    raise update_error(plan.server, plan.zone, plan.request.key, plan.primary, reply, _changed(plan, reply))


def confirmed(plan: PushPlan, *, server: Server | None = None, patience: float = SETTLE) -> tuple[str, ...]:
    """Given a plan that was sent, ask its server (or another one of the zone) and return what is not served as it should be.

    Asked again until all is right or the patience (seconds) is over; empty means that all is. Another server is asked without
    the key, which it may not know.
    """
    asked, key = server or plan.server, None if server else plan.request.key
    keys = {*plan.wanted, *(step.key for step in plan.steps)}
    deadline = time.monotonic() + patience
    while True:
        seen = asyncio.run(look_at(asked, plan.zone, keys, key=key))
        wrong = tuple(_wrong(plan, seen))
        if not wrong or time.monotonic() > deadline:
            return wrong
        time.sleep(0.3)


def _choose(installation: Installation, origin: str) -> tuple[Zone, dns.name.Name | None, tuple[str, ...]]:
    # Our zone, the zone of the server's above it if that was asked for, and the names of our other zones.
    text = origin.rstrip(".").lower()
    every = zone(installation).zones
    names = {found.origin.to_text(omit_final_dot=True): found for found in every}
    first = every[0]
    chosen, above = names.get(text) if text else first, None
    if chosen is None:
        try:
            above = dns.name.from_text(text)
        except dns.exception.DNSException:
            raise RequestError(f"{origin} is no name of a zone") from None
        if not first.origin.is_subdomain(above) or above == dns.name.root:
            raise RequestError(
                f"{origin} is no zone of this stack, and none above it", hint=f"The stack's zones: {', '.join(names)}."
            )
        chosen = first
    return chosen, above, tuple(name for name, found in names.items() if found is not chosen)


def _keys(texts: Collection[str], wanted: Collection[Key], option: str) -> frozenset[Key]:
    found = set()
    owners = {owner for owner, _ in wanted}
    for text in texts:
        owner_text, mark, kind = text.rpartition("/")
        try:
            owner = dns.name.from_text(owner_text)
        except dns.exception.DNSException:
            mark = ""
        key = (owner, kind.upper()) if mark else None
        if key is None or not (key in wanted or (key[1] == "CNAME" and key[0] in owners)):
            raise RequestError(
                f"{option} {text}: rtcstack has no such set to push",
                hint="Name an owner and a type of `rtcstack zone`, like _sips._tcp.falcot.com/SRV.",
            )
        found.add(key)
    return frozenset(found)


def _server(request: PushRequest, domain: dns.name.Name) -> tuple[Server, Apex]:
    # A host name may have addresses that lead nowhere: the first that answers counts.
    servers = resolve(request.place)
    for server in servers:
        top = asyncio.run(apex(server, domain, key=request.key))
        if top.origin is None and top.reply.failure == "unsigned":
            # Some answer signed questions only to a key that may write, and do not say which of the two is wrong.
            plain = asyncio.run(apex(server, domain))
            known = plain.origin is not None
            raise ask_error(server, domain, request.key, Reply("badkey") if known else plain.reply)
        if top.reply.failure not in ("timeout", "refused", "unreachable", "closed"):
            return server, top
    raise ask_error(servers[-1], domain, request.key, top.reply)


def _usable(server: Server, key: TsigKey, seen: Look) -> None:
    for (owner, _), reply in seen.failed.items():
        raise ask_error(server, owner, key, reply)
    below = tuple(Problem(owner.to_text(), f"lies in {cut}, a zone of its own") for owner, cut in sorted(seen.delegated.items()))
    if below:
        raise RequestError(
            f"{server} hands some of these names to other name servers",
            problems=below,
            hint="Push that zone to its own server, or take the delegation (its NS records) out of this one.",
        )


def _in_the_way(found: Difference, wanted: Mapping[Key, RecordSet]) -> RequestError:
    options = " ".join(f"--replace {_text(each.key)}" for each in found.foreign)
    problems = []
    for each in found.foreign:
        there = ", ".join(str(value) for value in sorted(each.values))
        ours = ", ".join(str(value) for value in sorted(wanted[each.key].values)) if each.key in wanted else "no alias, but records"
        problems.append(Problem(_text(each.key), f"there is {there}; rtcstack would put {ours}"))
    return RequestError(
        "other records, which rtcstack did not push, stand where ours should be; nothing was changed",
        problems=tuple(problems),
        hint=f"If nobody needs them, type the command again with {options}. To leave them there and add ours: --beside instead.",
    )


def _text(key: Key) -> str:
    return f"{key[0].to_text(omit_final_dot=True)}/{key[1]}"


def _ours(plan: PushPlan, before: Mapping[Key, Values]) -> dict[Key, Values]:
    # What we pushed once and somebody has taken away since is nobody's any more.
    found = {key: values & plan.wanted[key].values for key, values in before.items() if key in plan.wanted}
    found |= {step.key: ours_after(plan.wanted, step, before.get(step.key, frozenset())) for step in plan.steps}
    return {key: values for key, values in found.items() if values and key[1] in remembered.TYPES}


def _either(before: Mapping[Key, Values], after: Mapping[Key, Values]) -> dict[Key, Values]:
    return {key: before.get(key, frozenset()) | after.get(key, frozenset()) for key in {*before, *after}}


def _changed(plan: PushPlan, reply: Reply) -> tuple[str, ...]:
    if reply.code not in ("NXRRSET", "YXRRSET", "NXDOMAIN", "YXDOMAIN"):
        return ()
    keys = {step.key for step in plan.steps} | {(step.key[0], "CNAME") for step in plan.steps}
    seen = asyncio.run(look_at(plan.server, plan.zone, keys, key=plan.request.key))
    before = {step.key: step.before for step in plan.steps}
    return tuple(_text(key) for key in sorted(keys) if seen.sets.get(key) != before.get(key))


def _wrong(plan: PushPlan, seen: Look) -> Iterator[str]:
    for key, reply in sorted(seen.failed.items()):
        yield f"{_text(key)}: no answer ({reply.said})"
    steps = {step.key: step for step in plan.steps}
    for key in sorted({*plan.wanted, *steps} - set(seen.failed)):
        there = _values(seen.sets.get(key))
        right = there == _values(steps[key].after) if key in steps else there >= plan.wanted[key].values
        if not right:
            yield f"{_text(key)}: {', '.join(str(value) for value in sorted(there)) or 'nothing'} is served"


def _values(found: RecordSet | None) -> Values:
    return frozenset() if found is None else found.values
