"""One way to make what runs as the file says: compare, ask, change what differs, wait, until nothing is left to do.

`up` does it for the file; `rotate-secrets` does it for a secret's replacement, whose next step follows when a round is done.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rtcstack.change.diff import operations
from rtcstack.change.operation import Action, Operation, digest
from rtcstack.change.refusal import refusals
from rtcstack.engine import base_image, images, pairs
from rtcstack.engine.docker import Engine
from rtcstack.engine.files import private_directory
from rtcstack.engine.images import REPOSITORY
from rtcstack.errors import RequestError, WorldError
from rtcstack.spec.load import invalid
from rtcstack.workflow import announce, answering, certificates, kernel, readback
from rtcstack.workflow.apply import Change, Progress
from rtcstack.workflow.authority import lists
from rtcstack.workflow.certificates import ledger
from rtcstack.workflow.context import Installation
from rtcstack.workflow.desired import TOOLS, Desired, desired
from rtcstack.workflow.health import Health, examine, renew_served
from rtcstack.workflow.observe import facts, found
from rtcstack.workflow.secrets import advance, secrets_of
from rtcstack.workflow.zone import zone

PATIENCE = 60
"""Seconds that services have to answer after a change."""

Confirm = Callable[[tuple[Operation, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpResult:
    """What was done, and the health of every service as its protocols tell."""

    operations: tuple[Operation, ...]
    health: Health


def converge(
    installation: Installation, engine: Engine, lock: int, *, confirm: Confirm, expect: str = "", progress: Progress
) -> UpResult:
    """Given an installation whose lock is held, make the stack as its file and its secrets say, and wait until it is healthy.

    `confirm` is asked once, about operations that cut somebody off or destroy something, and raises RequestError for a no. Raise
    RequestError before anything is touched if the plan is not the expected one, WorldError if the world fails.
    """
    done: tuple[Operation, ...] = ()
    first = True
    while True:
        # A time that has come in the middle of a round counts in the next one: then what follows from it is seen.
        seen = time.time()
        wanted, steps = compare(installation, engine, seen)
        if first and expect and digest(steps) != expect:
            raise RequestError(f"the plan is {digest(steps)}, not {expect}", hint="Look at `rtcstack plan` again.")
        if first and steps:
            zone(installation)
        if first and any(step.destructive for step in steps):
            confirm(tuple(step for step in steps if step.destructive))
        if steps:
            _carry_out(installation, engine, wanted, steps, lock, progress, seen)
        change = Change(installation, engine, wanted, lock, progress)
        health = _wait(installation, engine, change, patience=PATIENCE, progress=progress)
        done, first = (*done, *steps), False
        if not advance(installation, seen, time.time()):
            return UpResult(operations=done, health=health)


def refuse(installation: Installation, engine: Engine) -> None:
    """Given an installation, raise RequestError with every reason why it cannot work on this machine."""
    problems = (*refusals(installation.stack, facts(installation, engine)), *certificates.problems(installation))
    if problems:
        raise invalid(problems)


def compare(installation: Installation, engine: Engine, now: float) -> tuple[Desired, tuple[Operation, ...]]:
    """Given an installation and the time, return what must exist now and the operations that lead there. Nothing is changed."""
    target = desired(installation, secrets_of(installation, now), now, api=engine.api_version)
    return target, operations(target.wanted, found(installation, engine, target.wanted))


def _carry_out(
    installation: Installation,
    engine: Engine,
    wanted: Desired,
    steps: tuple[Operation, ...],
    lock: int,
    progress: Progress,
    now: float,
) -> None:
    build_images(engine, {step.target for step in steps if step.action is Action.BUILD}, installation.directory, progress)
    tools = wanted.images[TOOLS]
    problems = kernel.lacking(engine, tools, installation.stack.site.network, steps)
    if problems := problems or answering.on_the_lan(installation, engine, tools, steps):
        raise invalid(problems)
    _make_secrets(installation, steps, progress)
    # What holds a secret could not be rendered before the secret was made.
    wanted, steps = compare(installation, engine, now)
    change = Change(installation, engine, wanted, lock, progress)
    change.apply(steps)
    readback.check(installation, engine, steps)
    announce.on_the_lan(installation, engine, tools, steps)


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
            if kept := certificates.issue_certificate(installation, step.target, now):
                progress(kept)
        elif step.action is Action.SIGN_LIST:
            progress(str(step))
            lists.renew(installation, now)


def _wait(installation: Installation, engine: Engine, change: Change, *, patience: int, progress: Progress) -> Health:
    deadline = time.monotonic() + patience
    told, pause = "", 0.1
    while True:
        health = examine(installation, engine)
        stale = health.stale
        if stale:
            renew_served(installation, engine, change, stale)
        elif not health.problems:
            for name in pairs.unsettled(installation.vault):
                pairs.settle(installation.vault, name)
            ledger.settle(installation.compose, certificates.due_now(installation, datetime.now(UTC)))
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
    lost = tuple(name for name in (*health.problems, *stale) if pairs.put_back(installation.vault, name))
    if lost:
        renew_served(installation, engine, change, lost)
        lines += f"\n  the certificates of {', '.join(lost)} were new: those in use before are back"
    raise WorldError(f"not every service answers after {patience} seconds:\n{lines}", hint="See `rtcstack logs SERVICE`.")
