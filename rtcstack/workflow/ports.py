"""`ports`: one switch between 443, the standard ports and both: the file, the services and the zone follow it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain

from rtcstack.change.operation import Operation, digest
from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError, WorldError
from rtcstack.plan.record import Record
from rtcstack.spec.edit import with_ports
from rtcstack.spec.model import PortMode
from rtcstack.workflow import own_file
from rtcstack.workflow.apply import Progress
from rtcstack.workflow.context import Installation, plan_text
from rtcstack.workflow.converge import compare, converge, refuse
from rtcstack.workflow.endings import finish_left
from rtcstack.workflow.health import Health
from rtcstack.workflow.observe import sweep
from rtcstack.workflow.zone import zone
from rtcstack.zone.difference import Step
from rtcstack.zone.switch import When, changed, patience, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """What a switch means: the operations, the sets of records that change and when to publish them, and how long old ones last.

    `served` says that the stack's own name server publishes them.
    """

    before: PortMode
    after: PortMode
    operations: tuple[Operation, ...]
    records: tuple[Step, ...]
    when: When
    patience: int
    served: bool


Confirm = Callable[[Switch], None]


def look(installation: Installation, ports: PortMode) -> Switch:
    """Given an installation and the ports to use, return what the switch would mean; nothing is changed.

    Raise RequestError if the file cannot be changed, or if it could not work here then.
    """
    with Engine() as engine:
        return _look(installation, _switched(installation, ports)[1], engine)


def switch(installation: Installation, ports: PortMode, *, confirm: Confirm, progress: Progress) -> tuple[Switch, Health]:
    """Given an installation and the ports to use, change the file and the services, and wait until they answer.

    `confirm` is shown what it means before anything is changed, and raises RequestError for a no. Raise WorldError if the world
    fails: the file says the new ports then, and `up` goes on.
    """
    with locked(installation.directory) as lock, Engine() as engine:
        text, after = _switched(installation, ports)
        found = _look(installation, after, engine)
        confirm(found)
        sweep(installation, engine)
        kept = own_file.read(installation.directory)
        if text != kept:
            own_file.write(installation.directory, text)
        try:
            expected = digest(found.operations)
            done = converge(after, engine, lock, confirm=_asked, expect=expected, progress=progress)
        except RequestError:
            # Refused before anything was touched: the file too is as it was.
            own_file.write(installation.directory, kept)
            raise
        except WorldError as error:
            hint = f"rtcstack.toml says {ports} now. {error.hint} Then type `rtcstack up`, which goes on."
            raise WorldError(error.message, hint=hint) from error
        if left := finish_left(after, engine):
            progress(left)
        return found, done.health


def _asked(_: tuple[Operation, ...]) -> None:
    """Do not ask again: what is done was shown and asked before."""


def _switched(installation: Installation, ports: PortMode) -> tuple[str, Installation]:
    text = with_ports(own_file.read(installation.directory), ports)
    return text, replace(plan_text(installation.directory, text), ca_access=installation.ca_access)


def _look(installation: Installation, after: Installation, engine: Engine) -> Switch:
    refuse(after, engine)
    steps = changed(_records(installation), _records(after))
    return Switch(
        before=installation.stack.site.ports,
        after=after.stack.site.ports,
        operations=compare(after, engine, time.time())[1],
        records=steps,
        when=when(steps),
        patience=patience(steps),
        served=after.stack.having("dns") is not None,
    )


def _records(installation: Installation) -> tuple[Record, ...]:
    return tuple(chain.from_iterable(found.records for found in zone(installation).zones))
