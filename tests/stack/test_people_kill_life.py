"""Whatever is killed while a person changes: each is wholly as before or wholly as after, and typing it again completes it.

The points are on each side of every step: the transaction is held before each table that it writes, and what follows it is killed
when the database says that it has begun (the names whose sessions are to be ended appear) or is done (they disappear).
"""

# ruff: noqa: S608 - names of throw-away people, typed here

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle

import pytest

from rtcstack.workflow.context import open_installation
from tests.stack.database import (
    ABSENT,
    CLIENT,
    EVERYWHERE,
    SUSPENDED,
    WHOLE,
    agree,
    answers,
    forget,
    held,
    idle,
    kill,
    rows,
    sql,
    until,
    waiting,
)
from tests.stack.installation import Stack

OLD, NEW = "the old password", "the new password"
LOCK = "SELECT GET_LOCK('rtcstack.people', 5)"
TABLES = {
    "people": "SELECT * FROM rtcstack.people WHERE name = '{name}' FOR UPDATE",
    "aliases": "SELECT * FROM rtcstack.aliases WHERE name = '{name}' FOR UPDATE",
    "endings": "INSERT INTO rtcstack.endings (name, since) VALUES ('{name}', 1)",
    "key": "SELECT * FROM coturn.turnusers_lt WHERE realm = 'falcot.com' AND name = '{name}' FOR UPDATE",
    "key-away": "SELECT * FROM coturn.turnusers_suspended WHERE realm = 'falcot.com' AND name = '{name}' FOR UPDATE",
    "admin-hash": "SELECT * FROM coturn.admin_hash WHERE name = '{name}' FOR UPDATE",
    "subscriber": "SELECT * FROM kamailio.subscriber WHERE username = '{name}' FOR UPDATE",
    "subscriber-away": "SELECT * FROM kamailio.subscriber_suspended WHERE username = '{name}' FOR UPDATE",
    "numbers": "SELECT * FROM kamailio.aliases WHERE username = '{name}' FOR UPDATE",
    "account": "SELECT * FROM prosody.prosody WHERE host = 'falcot.com' AND `user` = '{name}' AND store = 'accounts' FOR UPDATE",
    "roster": "SELECT * FROM prosody.prosody WHERE host = 'falcot.com' AND `user` = '{name}' AND store = 'roster' FOR UPDATE",
    "archive": "SELECT * FROM prosody.prosodyarchive WHERE host = 'falcot.com' AND `user` = '{name}' FOR UPDATE",
    "locked": "INSERT INTO prosody.prosody VALUES ('falcot.com', '{name}', 'accounts', 'disabled', 'boolean', 'true')",
}
"""What holds a transaction up before it writes that table. Nothing of it is ever committed."""


@dataclass(frozen=True)
class Story:
    """A command: who they are before, the tables that it writes in their order, and who they are afterwards."""

    argv: Sequence[str]
    tables: Sequence[str]
    before: Mapping[str, int]
    after: Mapping[str, int]
    again: int = 0
    password: bool = False
    admin: bool = False


STORIES = {
    "passwd": Story(
        ("passwd", "{name}", "--password-stdin"),
        ("key", "admin-hash", "subscriber", "account", "people", "endings"),
        WHOLE,
        WHOLE,
        password=True,
    ),
    "disable": Story(
        ("disable-user", "{name}"), ("key", "subscriber", "locked", "people", "endings"), WHOLE, SUSPENDED, admin=True
    ),
    "enable": Story(("enable-user", "{name}"), ("key-away", "subscriber-away", "account", "people"), SUSPENDED, WHOLE, admin=True),
    "alias": Story(("alias-user", "{name}", "--add", "9{number}", "--remove", "8{number}"), ("aliases", "numbers"), WHOLE, WHOLE),
    "rename": Story(
        ("rename-user", "{name}", "{name}-new", "--yes", "--password-stdin"),
        ("roster", "archive", "key", "admin-hash", "subscriber", "numbers", "people", "aliases", "endings"),
        WHOLE,
        ABSENT,
        again=2,
        password=True,
        admin=True,
    ),
    "remove": Story(
        ("remove-user", "{name}", "--yes"),
        ("people", "aliases", "key", "admin-hash", "subscriber", "numbers", "roster", "archive", "endings"),
        WHOLE,
        ABSENT,
        again=2,
        admin=True,
    ),
}
HOLDS = [(story, "lock", False) for story in STORIES] + [
    (story, table, False) for story, found in STORIES.items() for table in found.tables
]
HOLDS += [(story, "lock", True) for story, found in STORIES.items() if found.admin]
"""The last ones are administrators: before the transaction their file is edited already where it is edited at all."""
ENDING = [(story, moment) for story in ("passwd", "disable", "rename", "remove") for moment in ("begun", "done")]
VICTIMS = ("rtcstack", "client", "rtcstack", "rtcstack", "server")
POINTS = [(*point, victim) for point, victim in zip(HOLDS, cycle(VICTIMS), strict=False)]
EVERY = [*HOLDS, *((story, moment, False) for story, moment in ENDING)]
"""Each point has a person of its own."""


def test_there_are_fifty_points() -> None:
    assert len(POINTS) + len(ENDING) >= 50


@pytest.fixture(scope="module")
def file(stack: Stack) -> Iterator[str]:
    """The file as it is before; it is so again afterwards."""
    path = stack.directory / "rtcstack.toml"
    before = path.read_text()
    yield before
    until(stack, answers)
    path.write_text(before)
    forget(stack, "kl-")
    stack.ok("up", "--yes", seconds=300)


def administrators(stack: Stack, file: str, names: Sequence[str]) -> None:
    quoted = ", ".join(f'"{name}"' for name in ("roland", *names))
    (stack.directory / "rtcstack.toml").write_text(file.replace('admins = ["roland"]', f"admins = [{quoted}]"))


@pytest.fixture(scope="module", autouse=True)
def crowd(stack: Stack, file: str) -> None:
    """Everybody, with a number, a contact and a message; who is needed disabled is disabled. One file of people makes them."""
    everybody = [(story, called(story, point, admin=admin), admin) for story, point, admin in EVERY]
    lines = [f"{name},{OLD},8{index:04}" for index, (_, name, _) in enumerate(everybody)]
    people = stack.directory.parent / "kill-life.csv"
    people.write_text("\n".join(("name,password,aliases", *lines)) + "\n")
    stack.ok("import-users", str(people), seconds=300)
    administrators(stack, file, [name for _, name, admin in everybody if admin])
    more = []
    for story, name, _ in everybody:
        more.append(
            f"INSERT INTO prosody.prosody VALUES ('falcot.com', '{name}', 'roster', 'x@falcot.com', 'json', '{{}}');"
            "INSERT INTO prosody.prosodyarchive (host, `user`, store, `key`, `when`, `with`, type, value)"
            f" VALUES ('falcot.com', '{name}', 'archive', '{name}', 1, 'x@falcot.com', 'xml', '<message/>');"
        )
        if STORIES[story].before == SUSPENDED:
            stack.ok("disable-user", name)
    sql(stack, "".join(more))


def called(story: str, point: str, *, admin: bool = False) -> str:
    return f"kl-{story}-{point}{'-a' * admin}"


def number(story: str, point: str, *, admin: bool = False) -> str:
    return f"{EVERY.index((story, point, admin)):04}"


def argv(stack: Stack, story: Story, name: str, digits: str) -> list[str]:
    return stack.argv(*(word.format(name=name, number=digits) for word in story.argv))


def start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(f"{NEW}\n".encode())
    process.stdin.close()
    return process


def belongings(stack: Stack, name: str) -> list[str]:
    """Given a name, return what else is theirs: aliases, numbers, contacts, messages; one word a row."""
    return [
        row[0]
        for row in sql(
            stack,
            f"SELECT CONCAT('alias ', LEFT(alias, 1)) FROM rtcstack.aliases WHERE name = '{name}';"
            f"SELECT CONCAT('number ', LEFT(alias, 1)) FROM kamailio.aliases WHERE username = '{name}';"
            f"SELECT 'contact' FROM prosody.prosody WHERE `user` = '{name}' AND store = 'roster';"
            f"SELECT 'message' FROM prosody.prosodyarchive WHERE `user` = '{name}'",
        )
    ]


BEFORE = ["alias 8", "number 8", "contact", "message"]
AFTER = {"alias": ["alias 9", "number 9", "contact", "message"], "rename": [], "remove": []}


def wholly(stack: Stack, story: str, name: str, *, ending: bool = True) -> str:
    """Given a person, return whether they are wholly as `before` or as `after`. Raise AssertionError if they are in between."""
    told, other = STORIES[story], f"{name}-new"
    both = rows(stack, [name, other])
    found = dict(both[name])
    if ending:
        found["ending"] = 0
    theirs = belongings(stack, name)
    if story == "passwd":
        assert (found, theirs) == (WHOLE, BEFORE)
        new, old = (set(agree(stack, name, password).values()) for password in (NEW, OLD))
        assert new ^ old == {True, False}, "half a password"
        return "after" if new == {True} else "before"
    if found == told.before and theirs == BEFORE:
        assert both[other] == ABSENT
        assert story == "enable" or agree(stack, name, OLD) == EVERYWHERE
        return "before"
    assert (found, theirs) == (told.after, AFTER.get(story, BEFORE))
    if story == "rename":
        assert (both[other], belongings(stack, other)) == (WHOLE, BEFORE)
        assert agree(stack, other, NEW) == EVERYWHERE
    else:
        assert both[other] == ABSENT
    return "after"


def typed_again(stack: Stack, story: str, name: str, command: Sequence[str], found: str) -> None:
    done = subprocess.run(command, input=f"{NEW}\n", capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode in ({0, STORIES[story].again} if found == "after" else {0}), done.stderr
    assert wholly(stack, story, name, ending=False) == "after"
    admins = open_installation(stack.directory).stack.site.admins
    turn = {row[0] for row in sql(stack, f"SELECT name FROM coturn.admin_user WHERE name IN ('{name}', '{name}-new')")}
    if name.endswith("-a"):
        assert [who for who in admins if who.startswith(name)] == {"rename": [f"{name}-new"], "remove": []}.get(story, [name])
        assert turn == {"rename": {f"{name}-new"}, "enable": {name}}.get(story, set())
    else:
        assert turn == set()


@pytest.mark.parametrize(("story", "point", "admin", "victim"), POINTS)
def test_a_kill_before_each_table(stack: Stack, story: str, point: str, victim: str, *, admin: bool) -> None:
    name = called(story, point, admin=admin)
    command = argv(stack, STORIES[story], name, number(story, point, admin=admin))
    until(stack, answers)
    until(stack, idle)
    assert wholly(stack, story, name) == "before"
    with held(stack, LOCK if point == "lock" else TABLES[point].format(name=name)):
        process = start(command)
        until(stack, waiting, 60)
        if victim == "rtcstack":
            process.kill()
        elif victim == "server":
            kill(stack, "mariadbd")
        else:
            kill(stack, "mariadb", "--abort-source-on-error")
        code = process.wait(60)
    until(stack, answers, 60)
    until(stack, idle, 60)

    assert code == (-signal.SIGKILL if victim == "rtcstack" else 1)
    found = wholly(stack, story, name)
    # A server that lives goes on with a transaction that it was given wholly.
    assert victim != "server" or found == "before"
    typed_again(stack, story, name, command, found)


@contextmanager
def watching(stack: Stack, *conditions: str) -> Iterator[Callable[[], str]]:
    """Given conditions on the database, yield a function that returns when the last was met after the others, one by one."""
    waits = "".join(f"WHILE NOT ({condition}) DO DO SLEEP(0.002); END WHILE; " for condition in conditions)
    script = (
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;\nSELECT 'watching';\n"
        f"DELIMITER //\nBEGIN NOT ATOMIC {waits}SELECT 'now'; END//\n"
    )
    with subprocess.Popen(
        ["docker", "exec", "-i", stack.container("mariadb"), *CLIENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(script)
        program.stdin.flush()
        assert program.stdout.readline() == "watching\n"
        yield program.stdout.readline
        program.stdin.close()
        program.wait(30)


@pytest.mark.parametrize(("story", "moment"), ENDING)
def test_a_kill_after_the_transaction(stack: Stack, story: str, moment: str) -> None:
    name = called(story, moment)
    command = argv(stack, STORIES[story], name, number(story, moment))
    until(stack, answers)
    until(stack, idle)
    there = f"EXISTS (SELECT * FROM rtcstack.endings WHERE name = '{name}')"
    with watching(stack, there, *([f"NOT {there}"] if moment == "done" else [])) as seen:
        process = start(command)
        assert seen() == "now\n"
        process.kill()
        code = process.wait(60)

    assert code in ((-signal.SIGKILL,) if moment == "begun" else (-signal.SIGKILL, 0))
    until(stack, idle, 60)
    found = wholly(stack, story, name)
    assert found == "after"
    typed_again(stack, story, name, command, found)


def test_the_services_agree_in_the_end(stack: Stack) -> None:
    done = stack.run("check-users", "--json")

    assert "kl-" not in done.stdout, done.stdout
    assert sql(stack, "SELECT name FROM rtcstack.endings") == []
