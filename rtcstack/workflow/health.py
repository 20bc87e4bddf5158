"""The health of every service as its protocols tell, measured from the network and not from the engine's opinion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rtcstack.engine import links
from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import ContainerFacts
from rtcstack.errors import WorldError
from rtcstack.pki.certificates import fingerprint
from rtcstack.plan.listener import Listener
from rtcstack.plan.service import ServicePlan
from rtcstack.probes.run import ProbeResult, probe_all
from rtcstack.render.compose import container_name
from rtcstack.workflow.apply import Change
from rtcstack.workflow.context import Installation
from rtcstack.workflow.inside import probe_inside
from rtcstack.workflow.observe import stack_label
from rtcstack.workflow.trust import roots


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth:
    """One service: healthy, unhealthy, starting, stopped or missing; why not; and what each listener said."""

    health: str
    problems: tuple[str, ...]
    container: ContainerFacts | None
    results: tuple[ProbeResult, ...] = ()
    served: frozenset[str] = frozenset()
    stored: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Every service by name."""

    services: Mapping[str, ServiceHealth] = field(default_factory=dict)

    @property
    def problems(self) -> dict[str, tuple[str, ...]]:
        """What is wrong, by service; empty if all are healthy."""
        return {name: s.problems or (s.health,) for name, s in self.services.items() if s.health != "healthy"}

    @property
    def stale(self) -> tuple[str, ...]:
        """Services that answer, but serve another certificate than the one stored."""
        return tuple(name for name, s in self.services.items() if s.stored and s.served - {s.stored})


def examine(installation: Installation, engine: Engine) -> Health:
    """Given an installation, ask every listener in its own protocol and return what it said."""
    stack = installation.stack
    containers = {c.name: c for c in engine.containers(stack_label(installation))}
    running = [s for s in stack.services if _state(containers.get(container_name(stack.site.name, s.name))) == "running"]
    outside = [listener for service in running for listener in service.listeners if not listener.internal]
    results = {result.listener: result for result in ask(installation, engine, tuple(outside))}
    return Health(
        services={service.name: _service(installation, engine, service, containers, results) for service in stack.services}
    )


def _state(container: ContainerFacts | None) -> str:
    return "missing" if container is None else container.state


def ask(installation: Installation, engine: Engine, listeners: tuple[Listener, ...]) -> tuple[ProbeResult, ...]:
    """Given listeners, ask each in its own protocol, from this machine if it has a way to them, else from their network."""
    ca = roots(installation, datetime.now(UTC))
    if not listeners:
        return ()
    # A packet to a service address stays on this machine only if our own shim carries it.
    if installation.stack.site.network.host_access and not links.missing(installation.stack):
        return probe_all(listeners, ca)
    return probe_inside(installation, engine, listeners, ca)


def _service(
    installation: Installation,
    engine: Engine,
    service: ServicePlan,
    containers: Mapping[str, ContainerFacts],
    results: Mapping[Listener, ProbeResult],
) -> ServiceHealth:
    container = containers.get(container_name(installation.stack.site.name, service.name))
    if container is None:
        return ServiceHealth(health="missing", problems=("its container does not exist: type `rtcstack up`",), container=None)
    if container.state in ("exited", "created", "dead"):
        problem = f"its container is {container.state} (exit code {container.exit_code}): type `rtcstack logs {service.name}`"
        return ServiceHealth(health="stopped", problems=(problem,), container=container)
    if container.state != "running":
        return ServiceHealth(health="unhealthy", problems=(f"its container is {container.state}",), container=container)
    mine = tuple(results[listener] for listener in service.listeners if listener in results)
    problems = [f"{result.tried}: {result.happened}" for result in mine if not result.ok]
    problems += _beside(installation, service, containers)
    # The engine looks every ten seconds; what it last saw is asked again now, so that an old answer is no finding.
    if container.health == "unhealthy" or any(listener.internal for listener in service.listeners):
        problems += own_check(engine, service, container)
    stored = installation.vault.read(f"{service.name}.crt")
    return ServiceHealth(
        health="unhealthy" if problems else "healthy",
        problems=tuple(problems),
        container=container,
        results=mine,
        served=frozenset(result.certificate_sha256 for result in mine if result.certificate_sha256),
        stored=fingerprint(stored) if stored and service.certificate is not None else "",
    )


def _beside(installation: Installation, service: ServicePlan, containers: Mapping[str, ContainerFacts]) -> list[str]:
    # A service's other containers: a front, a holder of addresses.
    found = []
    for plan in service.containers:
        name = container_name(installation.stack.site.name, plan.name)
        state = _state(containers.get(name))
        if not plan.setup and plan.name != service.name and state != "running":
            found.append(f"its container {name} is {state}: type `rtcstack up`")
    return found


def own_check(engine: Engine, service: ServicePlan, container: ContainerFacts) -> list[str]:
    """Given a service whose container runs, return what its own health check says just now; nothing if that is content.

    What only other containers may reach, and what only the inside can know (an unreadable key), is asked from inside.
    """
    check = service.main.healthcheck
    if check is None:
        return []
    try:
        result = engine.exec(container.name, check.command)
    except WorldError as error:
        return [error.message]
    text = (result.stderr or result.stdout).decode(errors="replace").strip()
    return [] if result.exit_code == 0 else [f"{check.command[0]} said: {text or result.exit_code}"]


def renew_served(installation: Installation, engine: Engine, change: Change, services: tuple[str, ...]) -> None:
    """Given services that serve an old certificate, deliver the stored one and have each take it up its own way, by exec."""
    change.progress(f"renew the certificate that is served by {', '.join(services)}")
    change.deliver_certificates(services)
    for name in services:
        plan = installation.stack.service(name)
        if plan.reload:
            engine.exec(container_name(installation.stack.site.name, name), plan.reload)
