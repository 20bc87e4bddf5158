"""What makes a container anew: its definition and the settled files that it reads, never what it takes up while it runs."""

from dataclasses import replace

import pytest

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.container import Container
from rtcstack.plan.stack import StackPlan
from rtcstack.render.compose import LABEL, Environment, definitions
from rtcstack.services import catalogue
from rtcstack.spec.model import ServiceOptions
from tests.unit.sites import site

FILES = (
    Artefact(path="main.cfg", content=b"main", owner=(1, 1)),
    Artefact(path="schema/users.sql", content=b"users", owner=(1, 1)),
    Artefact(path="admins", content=b"roland", owner=(1, 1), live=True),
)
ALL, SOME, NONE = ("",), ("main",), ()


def label(files: tuple[Artefact, ...], reads: tuple[str, ...]) -> object:
    place = site("192.0.2.0/24")
    service = next(service for service in catalogue() if service.name == "mariadb")
    plan = service.describe(place, service.options())
    plan = replace(
        plan,
        options=ServiceOptions(),
        containers=(Container(name="mariadb", image="mariadb", command=("x",), user=(1, 1), reads=reads),),
    )
    stack = StackPlan(site=place, services=(plan,))
    labels = definitions(stack, {"mariadb": files}, Environment(images={"mariadb": "m:1"}))["mariadb"]["labels"]
    assert isinstance(labels, dict)
    return labels[f"{LABEL}.digest"]


def changed(path: str) -> tuple[Artefact, ...]:
    return tuple(replace(file, content=b"other") if file.path == path else file for file in FILES)


@pytest.mark.parametrize(
    ("path", "reads"), [("main.cfg", ALL), ("schema/users.sql", ALL), ("main.cfg", SOME), ("schema/users.sql", ("schema/",))]
)
def test_a_settled_file_that_it_reads_makes_it_anew(path: str, reads: tuple[str, ...]) -> None:
    assert label(changed(path), reads) != label(FILES, reads)


@pytest.mark.parametrize(
    ("path", "reads"), [("admins", ALL), ("admins", ("admins",)), ("schema/users.sql", SOME), ("main.cfg", NONE)]
)
def test_a_live_file_and_what_it_does_not_read_leave_it_as_it_is(path: str, reads: tuple[str, ...]) -> None:
    assert label(changed(path), reads) == label(FILES, reads)
