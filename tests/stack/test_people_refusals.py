"""What is refused changes nothing: exit code 2, a sentence, and every row as it was."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stack.database import ABSENT, EVERYWHERE, WHOLE, agree, answers, forget, rows, sql, until
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.test_recovery import wait_healthy

OLD = "old password"


@pytest.fixture
def anna(stack: Stack) -> Iterator[str]:
    stack.ok("add-user", "ref-anna", "--password-stdin", feed=f"{OLD}\n")
    yield "ref-anna"
    forget(stack, "ref-")


def test_a_person_who_exists_keeps_the_password(stack: Stack, anna: str) -> None:
    done = stack.run("add-user", anna, "--password-stdin", feed="new password\n")

    assert (done.returncode, done.stdout) == (2, "")
    assert f"{anna} exists already; the password was not touched" in done.stderr
    assert rows(stack, [anna]) == {anna: WHOLE}
    assert agree(stack, anna, OLD) == EVERYWHERE


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM coturn.turnusers_lt WHERE name = '{}'",
        "DELETE FROM coturn.admin_hash WHERE name = '{}'",
        "DELETE FROM kamailio.subscriber WHERE username = '{}'",
        "DELETE FROM prosody.prosody WHERE user = '{}' AND store = 'accounts'",
        "DELETE FROM prosody.prosody WHERE user = '{}' AND `key` = 'salt'",
    ],
)
def test_a_person_left_half_made_is_completed_with_the_new_password(stack: Stack, anna: str, statement: str) -> None:
    sql(stack, statement.format(anna))
    listed = stack.run("list-users")
    assert anna not in listed.stdout.split()
    assert f"{anna} is half-made: `rtcstack add-user {anna}` completes" in listed.stderr

    stack.ok("add-user", anna, "--password-stdin", feed="new password\n")

    assert rows(stack, [anna]) == {anna: WHOLE}
    assert agree(stack, anna, "new password") == EVERYWHERE
    assert anna in stack.ok("list-users").split()


def test_what_is_left_of_a_person_can_be_removed(stack: Stack, anna: str) -> None:
    sql(stack, f"DELETE FROM kamailio.subscriber WHERE username = '{anna}'")  # noqa: S608 - typed above

    stack.ok("remove-user", anna, "--yes")

    assert rows(stack, [anna]) == {anna: ABSENT}
    assert stack.run("remove-user", anna, "--yes").returncode == 2


def test_removal_asks_first_and_nobody_answers_without_a_terminal(stack: Stack, anna: str) -> None:
    done = stack.run("remove-user", anna, feed="yes\n")

    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert rows(stack, [anna]) == {anna: WHOLE}


@pytest.mark.parametrize("name", ["Ref-Anna", "ref anna", "ref'anna", "../ref", "réf", "", "-ref-anna", "x" * 65])
def test_a_bad_name_is_refused(stack: Stack, name: str) -> None:
    before = sql(stack, "SELECT COUNT(*) FROM kamailio.subscriber")
    for command in ("add-user", "remove-user"):
        done = stack.run(command, *(["--yes"] if command == "remove-user" else []), "--", name)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "cannot be a person's name" in done.stderr
    assert sql(stack, "SELECT COUNT(*) FROM kamailio.subscriber") == before


@pytest.mark.parametrize("feed", ["", "\n", "\t\n", "x" * 256, "two\x07bells\n"])
def test_a_bad_password_is_refused(stack: Stack, feed: str) -> None:
    done = stack.run("add-user", "ref-bad", "--password-stdin", feed=feed)

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "the password" in done.stderr
    assert rows(stack, ["ref-bad"]) == {"ref-bad": ABSENT}


def test_without_the_database_nothing_is_done_and_the_sentence_says_what_to_type(stack: Stack, anna: str) -> None:
    docker("stop", stack.container("mariadb"), seconds=90)
    try:
        for command in (["add-user", "ref-later"], ["remove-user", anna, "--yes"], ["list-users"]):
            done = stack.run(*command)
            assert (done.returncode, done.stdout) == (1, ""), done.stderr
            assert f"container {stack.container('mariadb')} does not run\nType `rtcstack up`.\n" in done.stderr
    finally:
        docker("start", stack.container("mariadb"))
        until(stack, answers)
    assert rows(stack, [anna, "ref-later"]) == {anna: WHOLE, "ref-later": ABSENT}
    wait_healthy(stack, 60)


def test_two_who_add_the_same_person_at_once_cannot_both(stack: Stack, anna: str) -> None:
    names = ["ref-both"] * 4 + ["ref-one", "ref-two"]
    with ThreadPoolExecutor(len(names)) as pool:
        done = list(pool.map(lambda name: stack.run("add-user", name, "--json"), names))

    assert sorted(d.returncode for d in done[:4]) == [0, 2, 2, 2], [d.stderr for d in done]
    assert [d.returncode for d in done[4:]] == [0, 0], [d.stderr for d in done]
    for one in (d for d in done if d.returncode == 0):
        said = json.loads(one.stdout)
        assert agree(stack, said["name"], said["password"]) == EVERYWHERE
    assert rows(stack, [*names, anna]) == dict.fromkeys([*names, anna], WHOLE)


def test_everybody_is_listed_once(stack: Stack, anna: str) -> None:
    before = [p for p in stack.json("list-users")["people"] if p["name"] != anna]
    stack.person("roland")
    listed = stack.json("list-users")

    assert listed == {"schema": 1, "people": sorted(listed["people"], key=lambda person: person["name"])}
    assert {"name": anna, "enabled": True, "admin": False} in listed["people"]
    assert {"name": "roland", "enabled": True, "admin": True} in listed["people"]
    assert len(listed["people"]) == len({p["name"] for p in before} | {anna, "roland"})
    assert stack.ok("list-users").split() == [person["name"] for person in listed["people"]]
