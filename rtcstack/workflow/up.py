"""`up`: make the stack as the file says, and wait until every service answers in its own protocol."""

import time
from datetime import UTC, datetime

from rtcstack.change.operation import Action, Operation
from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.pki.public import remarks
from rtcstack.render.firewall import forwarding
from rtcstack.workflow.apply import Progress
from rtcstack.workflow.authority import remarks as authority
from rtcstack.workflow.certificates import files
from rtcstack.workflow.context import Installation
from rtcstack.workflow.converge import Confirm, UpResult, compare, converge, refuse
from rtcstack.workflow.endings import finish_left
from rtcstack.workflow.observe import sweep
from rtcstack.workflow.zone import zone


def plan(installation: Installation) -> tuple[Operation, ...]:
    """Given an installation, return what `up` would do. Nothing is changed: there is no hand in this function.

    Raise RequestError if it cannot work here, or if its zone would be wrong.
    """
    with Engine() as engine:
        refuse(installation, engine)
        zone(installation)
        return compare(installation, engine, time.time())[1]


def told(installation: Installation, steps: tuple[Operation, ...]) -> tuple[str, ...]:
    """Given an installation and what `up` would do, return what people should know about it beforehand, as sentences."""
    ordered = {step.target for step in steps if step.action is Action.ISSUE}
    mine = (service.certificate for service in installation.stack.issued_by("acme") if service.name in ordered)
    public = tuple(remarks(request for request in mine if request is not None))
    own = {service.name for service in installation.stack.issued_by("own-ca")}
    # What follows from the own CA is the same for everybody and in the manual; `certs` tells it.
    others = {service.name for service in installation.stack.services} - own - ordered
    unfit = authority.fitness_lines(installation, others)
    brought = (files.remark(installation, service, datetime.now(UTC))[1] for service in installation.stack.issued_by("files"))
    # Whoever only changes something else has forwarded it already.
    translated = forwarding(installation.stack) if any(step.action is Action.CREATE for step in steps) else ()
    return (
        *translated,
        *public,
        *filter(None, brought),
        *unfit,
        *authority.remarks(installation, tuple(sorted(own)), datetime.now(UTC)),
    )


def up(installation: Installation, *, confirm: Confirm, expect: str = "", progress: Progress) -> UpResult:
    """Given an installation, make the stack as its file says and wait until it is healthy.

    `confirm` is asked about operations that cut somebody off or destroy something and raises RequestError for a no.
    Raise RequestError before anything is touched if it cannot work here or the plan is not the expected one, WorldError if
    the world fails; typing `up` again goes on where it stopped.
    """
    installation.directory.mkdir(parents=True, exist_ok=True)
    with locked(installation.directory) as lock, Engine() as engine:
        refuse(installation, engine)
        sweep(installation, engine)
        done = converge(installation, engine, lock, confirm=confirm, expect=expect, progress=progress)
        if left := finish_left(installation, engine):
            progress(left)
        return done
