"""Live files: what a running service takes up by its `reload` command, delivered without touching anything else.

The copy of a live file below compose/ is taken away before the file is delivered, and written again after the service has taken it
up. So what lies there is what is in use, and whatever is killed in between, the next `up` finds the copy missing and does it again.
"""

import time
from collections.abc import Iterable

from rtcstack.engine import files, images
from rtcstack.engine.deliver import Generation, deliver
from rtcstack.engine.docker import Engine
from rtcstack.engine.images import REPOSITORY
from rtcstack.errors import WorldError
from rtcstack.plan.artefact import Artefact
from rtcstack.render.compose import config_digest, config_volume, container_name, volume_name
from rtcstack.workflow.context import Installation
from rtcstack.workflow.desired import TOOLS
from rtcstack.workflow.secrets import secrets_of


def take_up(installation: Installation, engine: Engine, services: Iterable[str]) -> tuple[str, ...]:
    """Given an installation whose lock is held, let these services take up those of their live files that changed.

    Nothing else that waits in rtcstack.toml is applied. A service that does not run reads its files when it starts. Return the
    services that had something to take up. Raise WorldError if one could not; the next `up` or `take_up` does it again.
    """
    secrets = secrets_of(installation, time.time())
    taken = []
    for name in services:
        found = tuple(a for a in installation.service(name).files(installation.stack, secrets) if a.live)
        wanted = {f"{name}/{a.path}": files.digest(a.content) for a in found}
        container = engine.container(container_name(installation.stack.site.name, name))
        if container is None or files.digests(installation.compose, set(wanted)) == wanted:
            continue
        forget(installation, wanted)
        deliver(engine, _tools(engine), generations(installation, name, found))
        if container.state == "running":
            reload(installation, engine, name)
        _remember(installation, name, found)
        taken.append(name)
    return tuple(taken)


def pending(installation: Installation, services: Iterable[str]) -> bool:
    """Given services, return whether one of them has live files to take up. Only the disk is read."""
    secrets = secrets_of(installation, time.time())
    wanted = {
        f"{name}/{a.path}": files.digest(a.content)
        for name in services
        for a in installation.service(name).files(installation.stack, secrets)
        if a.live
    }
    return files.digests(installation.compose, set(wanted)) != wanted


def generations(installation: Installation, service: str, artefacts: tuple[Artefact, ...]) -> tuple[Generation, ...]:
    """Given a service and its rendered files, return what is to be delivered for the live ones among them: one, or none."""
    live = tuple(artefact for artefact in artefacts if artefact.live)
    if not live:
        return ()
    volume = volume_name(installation.stack.site.name, config_volume(service))
    contents = {a.path: (a.content, a.mode, *a.owner) for a in live}
    return (Generation(volume=volume, link="live", digest=config_digest(live), files=contents),)


def reload(installation: Installation, engine: Engine, service: str) -> None:
    """Given a service, let it take up its live files by its own command. Raise WorldError if it says that it did not."""
    plan = installation.stack.service(service)
    result = engine.exec(container_name(installation.stack.site.name, service), plan.reload)
    if result.exit_code != 0:
        said = (result.stderr or result.stdout).decode(errors="replace").strip().splitlines()[-1:]
        raise WorldError(
            f"{service} did not take up its files: {' '.join(said) or f'exit code {result.exit_code}'}",
            hint=f"See `rtcstack logs {service}`, then type `rtcstack up`.",
        )


def forget(installation: Installation, paths: Iterable[str]) -> None:
    """Given paths of live files below compose/ that will be delivered, take away the copies that say what is in use."""
    for path in paths:
        (installation.compose / path).unlink(missing_ok=True)


def _remember(installation: Installation, service: str, live: tuple[Artefact, ...]) -> None:
    manifest = files.read_manifest(installation.compose)
    for artefact in live:
        path = f"{service}/{artefact.path}"
        files.write_atomic(installation.compose / path, artefact.content, files.PRIVATE if artefact.secret else files.PUBLIC)
        manifest[path] = files.digest(artefact.content)
    files.write_manifest(installation.compose, manifest)


def _tools(engine: Engine) -> str:
    reference = images.reference(TOOLS)
    if reference not in engine.images(f"{REPOSITORY}/"):
        raise WorldError("this version of rtcstack has not made this stack yet", hint="Type `rtcstack up`.")
    return reference
