"""`down`: take everything away that carries our label; data stays unless it is asked to go too."""

from collections.abc import Callable

from rtcstack.engine import links
from rtcstack.engine.docker import Engine
from rtcstack.engine.images import REPOSITORY, reference
from rtcstack.engine.lock import locked
from rtcstack.render.compose import LABEL
from rtcstack.workflow.context import Installation
from rtcstack.workflow.desired import TOOLS
from rtcstack.workflow.observe import stack_label

Progress = Callable[[str], None]


def volumes(installation: Installation) -> tuple[str, ...]:
    """Given an installation, return the volumes that `down --volumes` would remove."""
    with Engine() as engine:
        return tuple(sorted(engine.volumes(stack_label(installation))))


def down(installation: Installation, *, data: bool, progress: Progress) -> None:
    """Given an installation, remove its containers, networks and links, and with `data` its volumes too.

    Raise WorldError if the engine fails; typing `down` again goes on where it stopped.
    """
    with locked(installation.directory), Engine() as engine:
        label = stack_label(installation)
        plans = [c.name for service in installation.stack.services for c in service.containers]
        order = {f"{installation.stack.site.name}-{name}": place for place, name in enumerate(plans)}
        found = sorted(engine.containers(label), key=lambda c: order.get(c.name, len(order)), reverse=True)
        for container in found:
            progress(f"remove container {container.name}")
            engine.remove_container(container.name)
        for network in engine.networks():
            if network.labels.get(f"{LABEL}.stack") == installation.stack.site.name:
                progress(f"remove network {network.name}")
                engine.remove_network(network.name)
        _links(installation, engine, progress)
        if data:
            for volume in sorted(engine.volumes(label)):
                progress(f"remove volume {volume}")
                engine.remove_volume(volume)


def _links(installation: Installation, engine: Engine, progress: Progress) -> None:
    tools = reference(TOOLS)
    if tools in engine.images(f"{REPOSITORY}/"):
        progress("remove links")
        links.remove_unit(engine, tools, installation.stack)
        links.remove(engine, tools, installation.stack)
