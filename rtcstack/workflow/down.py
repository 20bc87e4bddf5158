"""`down`: take everything away that carries our label; data stays unless it is asked to go too."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from rtcstack.engine import links, timers
from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import ContainerFacts
from rtcstack.engine.images import REPOSITORY, reference
from rtcstack.engine.lock import locked
from rtcstack.render.compose import LABEL, container_name
from rtcstack.workflow.context import Installation
from rtcstack.workflow.desired import TOOLS
from rtcstack.workflow.observe import stack_label, sweep, visitors

Progress = Callable[[str], None]
AT_ONCE = 8


def volumes(installation: Installation) -> tuple[str, ...]:
    """Given an installation, return the volumes that `down --volumes` would remove."""
    with Engine() as engine:
        return tuple(sorted(engine.volumes(stack_label(installation))))


def down(installation: Installation, *, data: bool, progress: Progress) -> None:
    """Given an installation, remove its containers, networks and links, and with `data` its volumes too.

    Raise WorldError if the engine fails; typing `down` again goes on where it stopped.
    """
    with locked(installation.directory), Engine() as engine:
        sweep(installation, engine)
        for container in visitors(installation, engine):
            engine.remove_container(container.name)
        label = stack_label(installation)
        for wave in _waves(installation, engine.containers(label)):
            progress(f"remove {', '.join(wave)}")
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(engine.remove_container, wave))
        for network in engine.networks():
            if network.labels.get(f"{LABEL}.stack") == installation.stack.site.name:
                progress(f"remove network {network.name}")
                engine.remove_network(network.name)
        _links(installation, engine, progress)
        if data:
            for volume in sorted(engine.volumes(label)):
                progress(f"remove volume {volume}")
                engine.remove_volume(volume)


def _waves(installation: Installation, found: Iterable[ContainerFacts]) -> Iterator[list[str]]:
    # The database goes last: the others may still have something to write.
    stack = installation.stack
    late = {container_name(stack.site.name, container.name) for container in stack.role("database").containers}
    names = sorted(container.name for container in found)
    for wave in ([name for name in names if name not in late], [name for name in names if name in late]):
        if wave:
            yield wave


def _links(installation: Installation, engine: Engine, progress: Progress) -> None:
    tools = reference(TOOLS)
    if tools in engine.images(f"{REPOSITORY}/"):
        progress("remove links")
        links.remove_unit(engine, tools, installation.stack)
        links.remove(engine, tools, installation.stack)
        if timers.remove(engine, tools, installation.stack):
            progress("remove the timer of renewals")
