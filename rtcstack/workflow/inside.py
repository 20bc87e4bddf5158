"""Probes from a client's place on the network, in a container, for hosts that have no shim of their own."""

from rtcstack.engine.docker import Engine
from rtcstack.engine.images import reference
from rtcstack.errors import WorldError
from rtcstack.plan.listener import Listener
from rtcstack.plan.site import CLIENT
from rtcstack.probes.remote import package_source, request_json, results_from_json
from rtcstack.probes.result import ProbeResult, Roots
from rtcstack.workflow.context import Installation
from rtcstack.workflow.visitor import visit

IMAGE = "client"
SECONDS = 30


def probe_inside(
    installation: Installation, engine: Engine, listeners: tuple[Listener, ...], ca: bytes | Roots
) -> tuple[ProbeResult, ...]:
    """Given listeners, ask them from a short-lived container on the stack's network. Raise WorldError if that cannot run."""
    network = installation.stack.site.network
    argv = ["python3", "-c", package_source()]
    result = visit(engine, network, CLIENT, reference(IMAGE), argv, stdin=request_json(listeners, ca), seconds=SECONDS)
    if result.exit_code != 0:
        tail = result.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise WorldError(f"the probes could not run on {network.title}: {' '.join(tail)}")
    return results_from_json(listeners, result.stdout)
