"""What is refused changes nothing: exit code 2, a sentence, and every row as it was."""

import json
import subprocess
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
    shown = stack.run("show-user", anna)
    assert "missing" in shown.stdout
    assert "`rtcstack check-users`" in shown.stderr

    stack.ok("add-user", anna, "--password-stdin", feed="new password\n")

    assert rows(stack, [anna]) == {anna: WHOLE}
    assert agree(stack, anna, "new password") == EVERYWHERE
    assert "missing" not in stack.ok("show-user", anna)


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
    for command, *options in (["add-user"], ["remove-user", "--yes"], ["passwd"], ["disable-user"], ["show-user"], ["alias-user"]):
        done = stack.run(command, *options, "--", name)
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
        commands = (
            ["add-user", "ref-later"],
            ["add-user", "ref-later", "--admin"],
            ["passwd", anna],
            ["disable-user", anna],
            ["enable-user", anna],
            ["alias-user", anna, "--add", "ref-8001"],
            ["rename-user", anna, "ref-later", "--yes"],
            ["remove-user", anna, "--yes"],
            ["show-user", anna],
            ["list-users"],
            ["list-users", "--json"],
        )
        for command in commands:
            done = stack.run(*command)
            assert (done.returncode, done.stdout) == (1, ""), done.stderr
            assert f"container {stack.container('mariadb')} does not run\nType `rtcstack up`.\n" in done.stderr
    finally:
        docker("start", stack.container("mariadb"))
        until(stack, answers)
    assert rows(stack, [anna, "ref-later"]) == {anna: WHOLE, "ref-later": ABSENT}
    assert "ref-later" not in (stack.directory / "rtcstack.toml").read_text()
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
    assert {"name": anna, "enabled": True, "admin": False, "aliases": []} in listed["people"]
    assert {"name": "roland", "enabled": True, "admin": True, "aliases": []} in listed["people"]
    assert len(listed["people"]) == len({p["name"] for p in before} | {anna, "roland"})
    assert stack.ok("list-users").split() == [person["name"] for person in listed["people"]]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["passwd", "ref-nobody"], "there is no ref-nobody"),
        (["disable-user", "ref-nobody"], "there is no ref-nobody"),
        (["enable-user", "ref-nobody"], "there is no ref-nobody"),
        (["alias-user", "ref-nobody", "--add", "ref-8001"], "there is no ref-nobody"),
        (["rename-user", "ref-nobody", "ref-new", "--yes"], "there is no ref-nobody"),
        (["remove-user", "ref-nobody", "--yes"], "there is no ref-nobody"),
        (["show-user", "ref-nobody"], "there is no ref-nobody"),
        (["add-user", "ref-8000"], "ref-8000 is the name or an alias of somebody else already"),
        (["add-user", "ref-new", "--alias", "ref-8000"], "ref-8000 is the name or an alias"),
        (["add-user", "ref-new", "--alias", "ref-anna", "--admin"], "ref-anna is the name or an alias"),
        (["add-user", "ref-new", "--alias", "ref-new"], "cannot be an alias of ref-new"),
        (["add-user", "ref-new", "--alias", "112"], "emergency"),
        (["add-user", "ref-anna", "--admin"], "ref-anna exists already"),
        (["alias-user", "ref-otto", "--add", "ref-8000"], "ref-8000 is the name or an alias"),
        (["alias-user", "ref-otto", "--add", "ref-anna"], "ref-anna is the name or an alias"),
        (["alias-user", "ref-otto", "--add", "1", "--remove", "1"], "at once"),
        (["rename-user", "ref-otto", "ref-anna", "--yes"], "ref-anna exists already"),
        (["rename-user", "ref-otto", "ref-8000", "--yes"], "ref-8000 is the name or an alias"),
        (["rename-user", "ref-otto", "ref-otto", "--yes"], "the same"),
        (["rename-user", "ref-otto", "ref-new"], "--yes"),
        (["add-user", "ref-new", "--prompt"], "no terminal"),
        (["add-user", "ref-new", "--prompt", "--password-stdin"], "exclude each other"),
        (["list-users", "--limit", "0"], "--limit"),
    ],
)
def test_what_cannot_be_changes_nothing(stack: Stack, anna: str, command: list[str], reason: str) -> None:
    stack.ok("alias-user", anna, "--add", "ref-8000")
    stack.run("add-user", "ref-otto")
    file = (stack.directory / "rtcstack.toml").read_bytes()
    before = rows(stack, [anna, "ref-otto", "ref-new"]), stack.json("list-users", "ref-*")

    # Without a terminal: a prompt has nobody to ask.
    done = subprocess.run(
        stack.argv(*command), input="", capture_output=True, text=True, timeout=120, start_new_session=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert reason in done.stderr
    assert (rows(stack, [anna, "ref-otto", "ref-new"]), stack.json("list-users", "ref-*")) == before
    assert (stack.directory / "rtcstack.toml").read_bytes() == file
    assert agree(stack, anna, OLD) == EVERYWHERE


def test_everybody_is_paged_through_once(stack: Stack, anna: str) -> None:
    for name in ("ref-b", "ref-c", "ref-d"):
        stack.ok("add-user", name)
    stack.ok("disable-user", "ref-c")
    stack.ok("alias-user", "ref-d", "--add", "*8009", "--add", "8009")

    pages, after = [], ""
    while page := stack.ok("list-users", "ref-*", "--limit", "3", "--after", after).split():
        pages.append(page)
        after = page[-1]

    assert pages == [[anna, "ref-b", "ref-c"], ["ref-d"]]
    assert stack.ok("list-users", "ref-?", "--enabled").split() == ["ref-b", "ref-d"]
    assert stack.ok("list-users", "ref_?").split() == stack.ok("list-users", "ref-%").split() == []
    assert stack.json("list-users", "ref-d")["people"] == [
        {"name": "ref-d", "enabled": True, "admin": False, "aliases": ["*8009", "8009"]}
    ]
    assert stack.json("list-users", "nobody-*") == {"schema": 1, "people": []}
