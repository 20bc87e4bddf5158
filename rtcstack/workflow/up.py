"""`up`: compare, ask, change what differs, wait until every service answers in its own protocol."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rtcstack.change.diff import operations
from rtcstack.change.operation import Action, Operation, digest
from rtcstack.change.refusal import refusals
from rtcstack.engine import base_image, images
from rtcstack.engine.docker import Engine
from rtcstack.engine.files import private_directory
from rtcstack.engine.images import REPOSITORY
from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError, WorldError
from rtcstack.spec.load import invalid
from rtcstack.workflow import answering, certificates, readback
from rtcstack.workflow.apply import Change, Progress
from rtcstack.workflow.context import Installation
from rtcstack.workflow.desired import TOOLS, Desired, desired
from rtcstack.workflow.health import Health, examine, renew_served
from rtcstack.workflow.observe import facts, found, sweep
from rtcstack.workflow.zone import zone

PATIENCE = 60
"""Seconds that services have to answer after a change."""

Confirm = Callable[[tuple[Operation, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpResult:
    """What was done, and the health of every service as its protocols tell."""

    operations: tuple[Operation, ...]
    health: Health


def plan(installation: Installation) -> tuple[Operation, ...]:
    """Given an installation, return what `up` would do. Nothing is changed: there is no hand in this function.

    Raise RequestError if it cannot work here, or if its zone would be wrong.
    """
    with Engine() as engine:
        _refuse(installation, engine)
        zone(installation)
        return _compare(installation, engine)[1]


def up(installation: Installation, *, confirm: Confirm, expect: str = "", progress: Progress) -> UpResult:
    """Given an installation, make the stack as its file says and wait until it is healthy.

    `confirm` is asked about operations that cut somebody off or destroy something and raises RequestError for a no.
    Raise RequestError before anything is touched if it cannot work here or the plan is not the expected one, WorldError if
    the world fails; typing `up` again goes on where it stopped.
    """
    installation.directory.mkdir(parents=True, exist_ok=True)
    with locked(installation.directory) as lock, Engine() as engine:
        _refuse(installation, engine)
        sweep(installation, engine)
        wanted, steps = _compare(installation, engine)
        if expect and digest(steps) != expect:
            raise RequestError(f"the plan is {digest(steps)}, not {expect}", hint="Look at `rtcstack plan` again.")
        if steps:
            zone(installation)
        if any(step.destructive for step in steps):
            confirm(tuple(step for step in steps if step.destructive))
        if steps:
            _carry_out(installation, engine, wanted, steps, lock, progress)
        change = Change(installation, engine, wanted, lock, progress)
        health = _wait(installation, engine, change, patience=PATIENCE, progress=progress)
    return UpResult(operations=steps, health=health)


def _refuse(installation: Installation, engine: Engine) -> None:
    problems = refusals(installation.stack, facts(installation, engine))
    if problems:
        raise invalid(problems)


def _compare(installation: Installation, engine: Engine) -> tuple[Desired, tuple[Operation, ...]]:
    target = desired(installation, endpoint_mac=engine.endpoint_mac)
    return target, operations(target.wanted, found(installation, engine, target.wanted))


def _carry_out(
    installation: Installation, engine: Engine, wanted: Desired, steps: tuple[Operation, ...], lock: int, progress: Progress
) -> None:
    build_images(engine, {step.target for step in steps if step.action is Action.BUILD}, installation.directory, progress)
    if problems := answering.on_the_lan(installation, engine, wanted.images[TOOLS], steps):
        raise invalid(problems)
    _make_secrets(installation, steps, progress)
    # What holds a secret could not be rendered before the secret was made.
    wanted, steps = _compare(installation, engine)
    change = Change(installation, engine, wanted, lock, progress)
    change.apply(steps)
    readback.check(installation, engine, steps)


def build_images(engine: Engine, names: set[str], directory: Path, progress: Progress) -> None:
    """Given image names, build those that are missing; output goes to a log below the installation's directory."""
    missing = {name for name in names if images.reference(name) not in engine.images(f"{REPOSITORY}/")}
    if missing:
        log = directory / "compose" / "build.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        base_image.ensure_base_image(progress, log)
        images.build(engine, missing, base_image.NAME, log, progress)


def _make_secrets(installation: Installation, steps: tuple[Operation, ...], progress: Progress) -> None:
    private_directory(installation.vault.directory)
    now = datetime.now(UTC)
    requests = {request.name: request for request in installation.stack.secrets}
    for step in steps:
        if step.action is Action.MAKE_SECRET:
            installation.vault.make(requests[step.target])
        elif step.action is Action.MAKE_CA:
            progress(str(step))
            certificates.make_authority(installation, now)
        elif step.action is Action.ISSUE:
            progress(str(step))
            certificates.issue_certificate(installation, step.target, now)


def _wait(installation: Installation, engine: Engine, change: Change, *, patience: int, progress: Progress) -> Health:
    deadline = time.monotonic() + patience
    told, pause = "", 0.1
    while True:
        health = examine(installation, engine)
        stale = health.stale
        if stale:
            renew_served(installation, engine, change, stale)
        elif not health.problems:
            return health
        if time.monotonic() > deadline:
            break
        waiting = ", ".join(sorted(health.problems or stale))
        if waiting != told:
            progress(f"waiting for {waiting}")
            told = waiting
        time.sleep(pause)
        pause = 1.0 if stale else min(1.0, pause * 1.3)
    lines = "\n".join(f"  {name}: {problem}" for name, problems in sorted(health.problems.items()) for problem in problems)
    lines = lines or f"  {', '.join(stale)}: still an old certificate"
    raise WorldError(f"not every service answers after {patience} seconds:\n{lines}", hint="See `rtcstack logs SERVICE`.")
