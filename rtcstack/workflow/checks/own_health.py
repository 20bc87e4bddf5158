"""The health check of a service's own container: what only its inside can know."""

from collections.abc import Iterable, Iterator

from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import ContainerFacts
from rtcstack.plan.service import ServicePlan
from rtcstack.workflow.checks.verdict import Level, Observation
from rtcstack.workflow.health import own_check


def observe(engine: Engine, found: Iterable[tuple[ServicePlan, ContainerFacts]]) -> Iterator[Observation]:
    """Given services with their running containers, ask again whichever the engine last saw unhealthy, and yield what it says."""
    for service, container in found:
        # Its last look may be ten seconds old: only what is still wrong counts.
        said = own_check(engine, service, container) if container.health == "unhealthy" else []
        yield Observation(
            id=f"{service.name}.health", service=service.name, level=Level.TOGETHER, tried=f"the health check of {container.name}",
            happened=said[0] if said else "it is content", ok=not said,
            remedy=f"Type `rtcstack logs {service.name}`. `docker rm -f {container.name}`, then `rtcstack up`: new files.",
        )  # fmt: skip
