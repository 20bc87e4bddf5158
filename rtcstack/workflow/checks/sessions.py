"""The clients' session: what they are told, and each of their steps as an observation with what it rests on and what to type."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rtcstack.engine.docker import Engine
from rtcstack.engine.images import reference
from rtcstack.errors import WorldError
from rtcstack.plan.record import Record
from rtcstack.plan.site import CLIENT
from rtcstack.plan.stack import StackPlan
from rtcstack.render.compose import container_name
from rtcstack.workflow.checks.throwaway import ThrowAway
from rtcstack.workflow.checks.verdict import Level, Observation
from rtcstack.workflow.context import Installation
from rtcstack.workflow.demo_people import DemoPerson
from rtcstack.workflow.demo_proof import request
from rtcstack.workflow.trust import every_root
from rtcstack.workflow.visitor import own_address, visit

IMAGE, PLACE = "client", CLIENT + 2
PROGRAM = ("python3", "/usr/lib/rtcstack/examine")
SECONDS = 90
AREAS = ("turn", "sip", "xmpp", "host")

LOG = "Type `rtcstack logs {service}`. "
ANEW = "Type `docker rm -f {container}`, then `rtcstack up`: its files are delivered anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step of the clients means: the service it judges by role, its level, what else it rests on, and the remedy."""

    role: str
    what: str
    level: Level
    on: tuple[str, ...] = ()
    remedy: str = LOG + ANEW


STEPS = {
    "turn.login": Step(role="turn", what="login", level=Level.LOGIN, on=("database",)),
    "turn.refused": Step(role="turn", what="refuses", level=Level.USE, on=("database",)),
    "turn.relay": Step(
        role="turn",
        what="relay",
        level=Level.USE,
        on=("database",),
        remedy="Let udp/49152-65535 to and from {address} through every firewall: these are the relay's own ports. "
        "Nothing there? " + LOG,
    ),
    "turn.forbidden": Step(
        role="turn", what="forbidden-peers", level=Level.USE, on=("database",), remedy="Type `docker stop {container}` now. " + ANEW
    ),
    "ephemeral.login": Step(
        role="turn-ephemeral",
        what="login",
        level=Level.TOGETHER,
        on=("xmpp", "database"),
        remedy="The secret of XMPP and of {service} must be one: type `docker rm -f {container} {xmpp}`, then `rtcstack up`.",
    ),
    "sip.register": Step(role="sip", what="register", level=Level.LOGIN, on=("database",)),
    "sip.call": Step(role="sip", what="call", level=Level.TOGETHER, on=("turn", "database")),
    "xmpp.login": Step(role="xmpp", what="login", level=Level.LOGIN, on=("database",)),
    **{
        f"xmpp.{what}": Step(role="xmpp", what=name, level=Level.USE, on=("database",))
        for what, name in {
            "refused": "refuses",
            "roster": "roster",
            "room": "room",
            "upload": "upload",
            "services": "turn-services",
            "clock": "server-clock",
            "web": "websocket",
        }.items()
    },
    "database.closed": Step(role="database", what="open", level=Level.PROTOCOL),
}


def told(
    installation: Installation, records: Sequence[Record], people: Sequence[ThrowAway], areas: Sequence[str], resolver: str
) -> bytes:
    """Given what the clients may know, return their request."""
    stack, network = installation.stack, installation.stack.site.network
    ca = every_root(installation, datetime.now(UTC))
    here = network.loopback(PLACE)
    base = json.loads(request(stack.site.domain, records, [DemoPerson(p.name, p.password) for p in people], ca, here))
    database = str(stack.role("database").address)
    others = [str(service.address) for service in stack.services if service.role in ("sip", "xmpp")]
    # From the host's own namespace there is a way to the internal network, for root's own use.
    closed = [service for service in stack.services if service.role != "database" or not network.shared]
    more = {
        "resolver": resolver,
        "peer": str(own_address(stack, PLACE)),
        "forbidden": ["127.0.0.1", database, *others],
        "closed": sorted({str(address) for service in closed for address in service.addresses if address.version == 4}),
        "areas": list(areas),
    }
    return json.dumps(base | more).encode()


def run(installation: Installation, engine: Engine, asked: bytes) -> list[dict[str, Any]]:
    """Given a request, let the clients take their steps and return what they told. Raise WorldError if they could not run."""
    network = installation.stack.site.network
    result = visit(engine, network, PLACE, reference(IMAGE), PROGRAM, stdin=asked, own_resolver=True, seconds=SECONDS)
    lines = []
    for line in result.stdout.splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:
            continue
    if not lines or lines[-1].get("id") != "end":
        tail = result.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise WorldError(f"the clients could not run on {network.title}: {' '.join(tail) or result.exit_code}")
    return lines


def nobody(stack: StackPlan, why: str) -> Observation:
    """Given the plan and why no accounts could be made, return that as an observation: nobody could be added either."""
    database = stack.role("database").name
    return Observation(
        id=f"{database}.people", service=database, level=Level.LOGIN, tried="to add two people for the length of this check",
        happened=why, ok=False,
        remedy=f"Type `rtcstack logs {database}`, and `docker rm -f {container_name(stack.site.name, database)}-schema`, then "
        "`rtcstack up`: missing tables are made anew.",
    )  # fmt: skip


def observations(stack: StackPlan, lines: Sequence[dict[str, Any]]) -> Iterator[Observation]:
    """Given the plan and what the clients told, yield an observation for each step. Pure."""
    names = {service.role: service.name for service in stack.services}
    for line in lines:
        step = STEPS.get(str(line.get("id")))
        if step is None or step.role not in names:
            continue
        service = stack.role(step.role)
        values = {
            "service": service.name,
            "container": container_name(stack.site.name, service.name),
            "xmpp": container_name(stack.site.name, names.get("xmpp", "xmpp")),
            "address": service.address,
        }
        yield Observation(
            id=f"{service.name}.{step.what}",
            service=service.name,
            level=step.level,
            tried=str(line["tried"]),
            happened=str(line["happened"]),
            ok=bool(line["ok"]),
            remedy=step.remedy.format(**values).strip(),
            on=frozenset(names[role] for role in step.on if role in names),
        )
