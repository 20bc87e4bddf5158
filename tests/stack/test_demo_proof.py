"""The demo's proof, run against the shared stack: green with what two people know, red with anything else."""

import pytest

from rtcstack.engine.docker import Engine
from rtcstack.workflow.context import Installation, open_installation
from rtcstack.workflow.converge import build_images
from rtcstack.workflow.demo import records
from rtcstack.workflow.demo_people import DemoPerson
from rtcstack.workflow.demo_proof import IMAGE, Proof, prove
from tests.stack.installation import Stack

NAMES = ("anna", "bernd")
"""People of this test alone, so that a wrong password bars nobody else."""


@pytest.fixture(scope="module")
def installation(stack: Stack) -> Installation:
    found = open_installation(stack.directory)
    with Engine() as engine:
        build_images(engine, {IMAGE}, found.directory, lambda _: None)
    return found


def proved(installation: Installation, people: list[DemoPerson]) -> tuple[Proof, ...]:
    with Engine() as engine:
        return prove(installation, engine, records(installation), people)


def test_wrong_passwords_make_every_positive_step_red_then_right_ones_make_it_green(
    stack: Stack, installation: Installation
) -> None:
    for name in NAMES:
        stack.person(name)
    red = proved(installation, [DemoPerson(name, "wrong") for name in NAMES])
    # Refusing a wrong password is all that can still be right; SIP's refusal goes on to the right one, which is none here.
    assert [(proof.service, proof.tried) for proof in red if proof.ok] == [
        ("turn", "a wrong password"),
        ("xmpp", "a wrong password"),
    ]
    # The wrong ones of the softphones are barred by name, so others make the call.
    fresh = [DemoPerson(name, stack.person(name)) for name in ("carla", "dieter")]
    green = proved(installation, fresh)
    assert [(proof.tried, proof.happened) for proof in green if not proof.ok] == []
    assert {proof.service for proof in green} == {"turn", "xmpp", "sip"}
