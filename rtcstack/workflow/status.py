"""`status`: what runs where, how healthy it is, and which certificate it serves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rtcstack.engine import memory
from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import ContainerFacts
from rtcstack.engine.images import VERSIONS_LABEL
from rtcstack.pki.certificates import describe
from rtcstack.plan.listener import Listener
from rtcstack.plan.service import ServicePlan
from rtcstack.workflow.certificates.overview import renewal
from rtcstack.workflow.context import Installation
from rtcstack.workflow.health import Health, ServiceHealth, examine


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of an installation, as `status --json` shows it."""

    data: Mapping[str, Any]
    healthy: bool


def status(installation: Installation) -> Status:
    """Given an installation, return its status. Raise WorldError if no engine answers."""
    with Engine() as engine:
        health = examine(installation, engine)
        return describe_status(installation, engine, health)


def describe_status(installation: Installation, engine: Engine, health: Health) -> Status:
    """Given an installation and its health, return its status with what the engine knows beside it."""
    stack, network = installation.stack, installation.stack.site.network
    data = {
        "name": stack.site.name,
        "domain": stack.site.domain,
        "ports": stack.site.ports,
        "network": {
            "name": network.name,
            "driver": network.driver,
            "parent": network.parent,
            "subnet": str(network.subnet),
            "subnet6": None if network.subnet6 is None else str(network.subnet6),
            "host_access": network.host_access,
        },
        "renewal": renewal(installation, datetime.now(UTC)),
        "services": {s.name: _service(installation, engine, s, health.services[s.name]) for s in stack.services},
    }
    return Status(data=data, healthy=not health.problems)


def _service(installation: Installation, engine: Engine, plan: ServicePlan, health: ServiceHealth) -> dict[str, Any]:
    container = health.container
    running = container is not None and container.state == "running"
    labels = {} if container is None else engine.image_labels(container.image)
    stored = installation.vault.read(f"{plan.name}.crt") if plan.certificate is not None else None
    return {
        "role": plan.role,
        "address": str(plan.address),
        "address6": None if plan.address6 is None else str(plan.address6),
        "addresses": [str(address) for address in plan.addresses],
        "hostname": plan.hostname,
        "health": health.health,
        "problems": list(health.problems),
        "image": None if container is None else container.image,
        "version": _version(plan.image, labels.get(VERSIONS_LABEL, "")),
        "memory_bytes": _memory(engine, container) if running and container is not None else None,
        "restarts": 0 if container is None else container.restarts,
        "listeners": [_listener(listener) for listener in plan.listeners],
        "certificate": None if stored is None else _certificate(stored),
    }


def _memory(engine: Engine, container: ContainerFacts) -> int | None:
    # The files may not be ours to see, when rtcstack itself runs in a container.
    found = memory.used(container.pid)
    return engine.memory(container.name) if found is None else found


def _certificate(stored: bytes) -> dict[str, Any]:
    found = describe(stored)
    return {"names": list(found.names), "not_after": found.not_after.isoformat(), "sha256": found.sha256}


def _listener(listener: Listener) -> dict[str, Any]:
    return {
        "address": str(listener.address),
        "port": listener.port,
        "transport": str(listener.transport),
        "protocol": str(listener.protocol),
        "starttls": listener.starttls,
        "internal": listener.internal,
    }


def _version(image: str, versions: str) -> str | None:
    pairs = dict(word.split("=", maxsplit=1) for word in versions.split() if "=" in word)
    return next((value for name, value in sorted(pairs.items()) if name.startswith(image)), None)
