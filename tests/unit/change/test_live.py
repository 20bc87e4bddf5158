"""Files that a running service takes up: delivered and reloaded, and no container is made anew for them."""

from dataclasses import replace

import pytest

from rtcstack.change.diff import operations
from rtcstack.change.state import Found, FoundContainer, Wanted, WantedContainer, WantedLive

WANTED = Wanted(
    secrets=(),
    images={},
    files={"prosody/admins": "new", "prosody/prosody.cfg.lua": "same"},
    networks={},
    volumes=(),
    containers={
        "falcot-prosody": WantedContainer(service="prosody", digest="p1"),
        "falcot-prosody-starttls": WantedContainer(service="prosody", digest="f1"),
    },
    live={"prosody": WantedLive(container="falcot-prosody", paths=("prosody/admins",))},
)
TAKEN_UP = Found(
    ca=True,
    files={"prosody/admins": "new", "prosody/prosody.cfg.lua": "same"},
    manifest={"prosody/admins": "new", "prosody/prosody.cfg.lua": "same"},
    containers={
        "falcot-prosody": FoundContainer(digest="p1", state="running"),
        "falcot-prosody-starttls": FoundContainer(digest="f1", state="running"),
    },
)
OLD = replace(
    TAKEN_UP,
    files={**TAKEN_UP.files, "prosody/admins": "old"},
    manifest={**TAKEN_UP.manifest, "prosody/admins": "old"},
)
KILLED = replace(OLD, files={"prosody/prosody.cfg.lua": "same"})


def text(found: Found) -> list[str]:
    return [str(operation) for operation in operations(WANTED, found)]


def with_container(name: str, digest: str, state: str) -> Found:
    return replace(OLD, containers={**OLD.containers, name: FoundContainer(digest=digest, state=state)})


def test_nothing_is_reloaded_if_nothing_changed() -> None:
    assert text(TAKEN_UP) == []


def test_a_changed_live_file_is_delivered_and_taken_up_and_nobody_is_cut_off() -> None:
    assert text(OLD) == [
        "write file prosody/admins: changed",
        "deliver files prosody: admins changed",
        "reload prosody: admins changed",
    ]


def test_what_a_kill_left_without_its_copy_is_done_again() -> None:
    assert text(KILLED) == [
        "write file prosody/admins: missing",
        "deliver files prosody: admins changed",
        "reload prosody: admins changed",
    ]


def test_a_container_that_is_made_anew_reads_it_by_itself() -> None:
    assert text(with_container("falcot-prosody", "p0", "running")) == [
        "write file prosody/admins: changed",
        "deliver files prosody: falcot-prosody: its definition or files changed",
        "recreate container falcot-prosody: its definition or files changed (!)",
    ]


def test_a_one_shot_that_runs_reads_it_for_its_service() -> None:
    wanted = replace(
        WANTED,
        containers={**WANTED.containers, "falcot-schema": WantedContainer(service="prosody", digest="s1", setup="after")},
        live={"prosody": WantedLive(container="falcot-schema", paths=("prosody/admins",))},
    )

    assert [str(operation) for operation in operations(wanted, OLD)] == [
        "write file prosody/admins: changed",
        "deliver files prosody: falcot-schema: never ran",
        "run falcot-schema: never ran",
    ]


def test_a_container_beside_it_that_is_made_anew_does_not() -> None:
    assert text(with_container("falcot-prosody-starttls", "f0", "running")) == [
        "write file prosody/admins: changed",
        "deliver files prosody: falcot-prosody-starttls: its definition or files changed",
        "recreate container falcot-prosody-starttls: its definition or files changed (!)",
        "reload prosody: admins changed",
    ]


@pytest.mark.parametrize(("state", "reloads"), [("exited", False), ("paused", True)])
def test_a_container_that_is_started_reads_it_unless_it_only_slept(state: str, reloads: bool) -> None:  # noqa: FBT001
    assert text(with_container("falcot-prosody", "p1", state)) == [
        "write file prosody/admins: changed",
        "deliver files prosody: admins changed",
        f"start container falcot-prosody: it is {state}",
        *(["reload prosody: admins changed"] if reloads else []),
    ]
