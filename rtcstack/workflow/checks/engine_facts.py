"""What the engine and this machine tell without asking any server: links, containers, certificates on disk, who is on which net."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address

from rtcstack.engine import links
from rtcstack.engine.facts import ContainerFacts
from rtcstack.pki.certificates import Reason
from rtcstack.pki.public import Due
from rtcstack.plan.service import ServicePlan
from rtcstack.render.compose import container_name
from rtcstack.workflow.certificates import reasons
from rtcstack.workflow.checks import authority, renewals
from rtcstack.workflow.checks.verdict import HOST, Level, Observation
from rtcstack.workflow.context import Installation
from rtcstack.workflow.finding import Severity

LOOP, YOUNG = 2, 5
"""So many restarts, and so many seconds since the last one: a container that comes back only to end."""


def observe(installation: Installation, containers: Mapping[str, ContainerFacts]) -> Iterator[Observation]:
    """Given an installation and its containers by name, yield what can be said about each service before asking it."""
    missing = links.missing(installation.stack)
    yield Observation(
        id="host.links", service=HOST, level=Level.ENGINE, tried="the network links on this machine",
        happened=missing or "all are there", ok=not missing, remedy="Type `rtcstack up`: it makes them anew.",
    )  # fmt: skip
    now = datetime.now(UTC)
    yield from renewals.observe(installation, now)
    yield from authority.observe(installation, now)
    due = reasons(installation, now)
    for service in installation.stack.services:
        yield _containers(installation, service, containers)
        if service.certificate is not None:
            yield _certificate(service, str(due.get(service.name, "")))
        if service.role == "database":
            yield _exposed(installation, service, containers)


def _containers(installation: Installation, service: ServicePlan, containers: Mapping[str, ContainerFacts]) -> Observation:
    bad = []
    loops = False
    remedy = ""
    for plan in service.containers:
        name = container_name(installation.stack.site.name, plan.name)
        facts = containers.get(name)
        state = "missing" if facts is None else facts.state
        looping = facts is not None and _loops(facts)
        if plan.setup or (state == "running" and not looping):
            continue
        ended = f" (exit code {facts.exit_code})" if facts is not None and state in ("exited", "restarting", "dead") else ""
        loops = loops or looping
        bad.append(f"{name} ends as soon as it starts" if looping else f"{name} is {state}{ended}")
        again = (
            f"Type `rtcstack logs {service.name}`: it says why. `docker rm -f {name}`, then `rtcstack up`, delivers its files anew."
        )
        remedy = again if looping else "Type `rtcstack up`."
    # Whoever ends as soon as it starts may have found the database closed to it.
    waits = loops and service.database is not None
    return Observation(
        id=f"{service.name}.container", service=service.name, level=Level.NEIGHBOURS if waits else Level.ENGINE,
        tried="whether its containers run", happened=", ".join(bad) or "they run", ok=not bad, remedy=remedy,
        on=frozenset({installation.stack.role("database").name} if waits else ()),
    )  # fmt: skip


def _loops(facts: ContainerFacts) -> bool:
    """Given a container, return whether the engine restarts it again and again just now."""
    if facts.restarts < LOOP:
        return False
    try:
        started = datetime.fromisoformat(facts.started)
    except ValueError:
        return False
    return facts.state == "restarting" or (datetime.now(UTC) - started).total_seconds() < YOUNG


def _certificate(service: ServicePlan, reason: str) -> Observation:
    soon = Severity.WARNING if reason in (Reason.EXPIRES_SOON, Due.EXPIRES_SOON, Due.SUGGESTED) else Severity.ERROR
    return Observation(
        id=f"{service.name}.certificate-on-disk", service=service.name, level=Level.ENGINE,
        tried=f"secrets/{service.name}.crt: its names, its end, its key and our CA", severity=soon,
        happened=reason or "all is as it must be", ok=not reason,
        remedy="Type `rtcstack up`: it issues a new one.",
    )  # fmt: skip


def _exposed(installation: Installation, service: ServicePlan, containers: Mapping[str, ContainerFacts]) -> Observation:
    name = container_name(installation.stack.site.name, service.name)
    held = containers[name].addresses if name in containers else frozenset()
    inside = installation.stack.site.network.backend
    open_at = sorted(text for text in held if ip_address(text) not in inside)
    return Observation(
        id=f"{service.name}.exposed", service=service.name, level=Level.ENGINE, tried="which networks the database is on",
        happened=f"it is at {', '.join(open_at)}, outside of the internal network" if open_at else "the internal one only",
        ok=not open_at, explains=False,
        remedy=f"Type `docker rm -f {name}`, then `rtcstack up`: it comes back on the internal network alone.",
    )  # fmt: skip
