"""The demo: a whole stack of falcot.com on this host, two people, and the proof that they can use it everywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rtcstack.engine import host
from rtcstack.engine.docker import Engine
from rtcstack.engine.files import PUBLIC, write_atomic
from rtcstack.errors import RequestError
from rtcstack.plan.record import Record
from rtcstack.spec.load import FILE
from rtcstack.workflow.add_user import add_user
from rtcstack.workflow.context import Installation, open_installation, plan_text
from rtcstack.workflow.converge import UpResult, build_images
from rtcstack.workflow.demo_file import Mark, demo_text, foreign, mark_of
from rtcstack.workflow.demo_people import DemoPerson, people
from rtcstack.workflow.demo_proof import IMAGE, Proof, prove
from rtcstack.workflow.desired import image_names
from rtcstack.workflow.observe import stack_label
from rtcstack.workflow.show_user import ask
from rtcstack.workflow.up import plan, up
from rtcstack.workflow.zone import ZoneResult, records_inside, zone

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the demo has shown; `added` are the people who were added by this run."""

    installation: Installation
    up: UpResult
    people: tuple[DemoPerson, ...]
    added: frozenset[str]
    zone: ZoneResult
    proofs: tuple[Proof, ...]

    @property
    def ok(self) -> bool:
        """Whether everything ended as it must."""
        return all(proof.ok for proof in self.proofs)


def demo(directory: Path, progress: Progress) -> DemoResult:
    """Given a directory, make the demo's file there if there is none, start the stack, add its people and prove it.

    Raise RequestError, with nothing touched, if somebody's own installation is in the way.
    """
    installation = _own(directory, progress)
    # Refusals first; then all images at once, the clients' too, because they build beside each other.
    plan(installation)
    with Engine() as engine:
        build_images(engine, image_names(installation) | {IMAGE}, installation.directory, progress)
    done = up(installation, confirm=lambda _: None, progress=progress)
    shown = people(installation.vault)
    added = _add(installation, shown, progress)
    with Engine() as engine:
        progress("let two clients on the network log in, write, call and be relayed")
        found = prove(installation, engine, records(installation), shown)
    return DemoResult(installation=installation, up=done, people=shown, added=added, zone=zone(installation), proofs=found)


def _own(directory: Path, progress: Progress) -> Installation:
    match mark_of(directory):
        case Mark.FOREIGN:
            raise foreign(directory)
        case Mark.NONE:
            text = demo_text(ipv6=host.ipv6())
            _nobody_elses(plan_text(directory.resolve(), text))
            progress(f"write {FILE} for falcot.com")
            write_atomic(directory / FILE, text.encode(), PUBLIC)
        case Mark.DEMO | Mark.EDITED:
            pass
    return open_installation(directory)


def _nobody_elses(installation: Installation) -> None:
    # Without a file of ours, what carries the stack's name was made from another folder.
    label, name = stack_label(installation), installation.stack.site.name
    with Engine() as engine:
        if engine.containers(label) or engine.volumes(label):
            raise RequestError(
                f"a stack named {name} exists on this engine, made from another folder: nothing was touched",
                hint=f"See `docker ps --filter label={label}`; take it away from its own folder first.",
            )


def records(installation: Installation) -> tuple[Record, ...]:
    """Given an installation, return all records of its printed zones."""
    return records_inside(installation)


def _add(installation: Installation, shown: tuple[DemoPerson, ...], progress: Progress) -> frozenset[str]:
    with Engine() as engine:
        found = [(person, ask(installation, engine, person.name)) for person in shown]
    missing = [person for person, known in found if known is None or not known.whole]
    for person in missing:
        progress(f"add {person.name}")
        add_user(installation, person.name, person.password, tell=progress)
    return frozenset(person.name for person in missing)
