"""One person, one password, every service: refused before, with the wrong password and after, let in between."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.stack.database import ABSENT, EVERYWHERE, SUSPENDED, WHOLE, agree, answers, forget, rows, sql, until
from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.sip_client import Phone, tls
from tests.stack.test_recovery import wait_healthy
from tests.stack.xmpp_client import CA, client, jid


def turn(stack: Stack, lab: Lab, name: str, password: str) -> bool:
    host = str(stack.plan.service("coturn").hostname)
    done = lab.run(["python3", "/lab/turn_relay.py", host, "443", "tls", name, CA], input=f"{password}\n")
    return done.returncode == 0 and json.loads(done.stdout) != []


def sip(lab: Lab, name: str, password: str) -> bool:
    line = tls(lab)
    try:
        phone = Phone(line, name, password)
        return phone.ask("REGISTER", "sip:falcot.com", phone.contact, to=f"sip:{jid(name)}").status == 200
    finally:
        line.close()


def xmpp(lab: Lab, name: str, password: str) -> bool:
    return client(lab, "xmpp_login", jid(name), "direct", CA, passwords=(password,))[0] == 0


def lets_in(stack: Stack, lab: Lab, name: str, password: str) -> dict[str, bool]:
    return {"turn": turn(stack, lab, name, password), "sip": sip(lab, name, password), "xmpp": xmpp(lab, name, password)}


REFUSED = {"turn": False, "sip": False, "xmpp": False}
LET_IN = {"turn": True, "sip": True, "xmpp": True}


@pytest.mark.parametrize("password", ["", "Grüße, an: \"alle\" <&> 'hier' \\ $(x) "])
def test_a_person_comes_and_goes(stack: Stack, lab: Lab, password: str) -> None:
    name = "x.y_z-" + ("given" if password else "made")
    assert lets_in(stack, lab, name, password or "guess") == REFUSED
    if password:
        said = json.loads(stack.ok("add-user", name, "--password-stdin", "--json", feed=f"{password}\n"))
        assert "password" not in said
    else:
        said = stack.json("add-user", name)
        password = said.pop("password")
    assert said == {
        "schema": 1,
        "name": name,
        "sip": f"sip:{name}@falcot.com",
        "xmpp": f"{name}@falcot.com",
        "turn": {"username": name, "realm": "falcot.com"},
    }

    assert lets_in(stack, lab, name, f"{password}x") == REFUSED
    assert lets_in(stack, lab, name, password) == LET_IN

    stack.ok("remove-user", name, "--yes")
    assert lets_in(stack, lab, name, password) == REFUSED


OLD, NEW = "the old password", "the new password"


@pytest.fixture(autouse=True, scope="module")
def nobody_left(stack: Stack) -> Iterator[None]:
    yield
    until(stack, answers)
    forget(stack, "life-")


def add(stack: Stack, name: str, *more: str) -> str:
    stack.ok("add-user", name, "--password-stdin", *more, feed=f"{OLD}\n")
    return name


def test_whoever_is_disabled_gets_in_nowhere_until_enabled(stack: Stack, lab: Lab) -> None:
    name = add(stack, "life-paula")
    assert lets_in(stack, lab, name, OLD) == LET_IN

    for _ in range(2):
        stack.ok("disable-user", name)
        assert rows(stack, [name]) == {name: SUSPENDED}
    assert lets_in(stack, lab, name, OLD) == REFUSED
    assert stack.json("show-user", name)["enabled"] is False
    assert [p["name"] for p in stack.json("list-users", "life-*", "--disabled")["people"]] == [name]
    assert stack.json("list-users", "life-*", "--enabled")["people"] == []

    for _ in range(2):
        stack.ok("enable-user", name)
        assert rows(stack, [name]) == {name: WHOLE}
    assert lets_in(stack, lab, name, f"{OLD}x") == REFUSED
    assert lets_in(stack, lab, name, OLD) == LET_IN


def test_a_new_password_lets_in_and_the_old_one_does_not(stack: Stack, lab: Lab) -> None:
    name = add(stack, "life-otto", "--alias", "life-8801")
    created = stack.json("show-user", name)["created"]
    assert lets_in(stack, lab, name, NEW) == REFUSED

    said = stack.run("passwd", name, "--password-stdin", "--json", feed=f"{NEW}\n")
    assert (said.returncode, json.loads(said.stdout)) == (0, {"schema": 1, "name": name, "enabled": True}), said.stderr

    assert lets_in(stack, lab, name, OLD) == REFUSED
    assert lets_in(stack, lab, name, NEW) == LET_IN
    known = stack.json("show-user", name)
    assert (known["created"], known["aliases"], known["ending"]) == (created, ["life-8801"], False)

    made = stack.json("passwd", name)["password"]
    assert agree(stack, name, NEW) == dict.fromkeys(EVERYWHERE, False)
    assert agree(stack, name, made) == EVERYWHERE


def test_a_new_password_lets_nobody_in_who_is_disabled(stack: Stack, lab: Lab) -> None:
    name = add(stack, "life-emil")
    stack.ok("disable-user", name)

    done = stack.run("passwd", name, "--password-stdin", feed=f"{NEW}\n")
    assert done.returncode == 0
    assert f"`rtcstack enable-user {name}`" in done.stderr
    assert rows(stack, [name]) == {name: SUSPENDED}
    assert lets_in(stack, lab, name, NEW) == REFUSED

    stack.ok("enable-user", name)
    assert lets_in(stack, lab, name, OLD) == REFUSED
    assert lets_in(stack, lab, name, NEW) == LET_IN


def registers_in_an_outage(lab: Lab, name: str, seconds: float = 20) -> bool:
    """Given a person, return whether they can register while the database is away; phones ask more than once."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if sip(lab, name, OLD):
                return True
        except (AssertionError, OSError):
            continue
    return False


def test_an_outage_of_the_database_lets_nobody_in_who_is_disabled(stack: Stack, lab: Lab) -> None:
    for name in ("life-here", "life-away"):
        add(stack, name)
        assert sip(lab, name, OLD)
    stack.ok("disable-user", "life-away")
    docker("stop", stack.container("mariadb"), seconds=90)
    try:
        assert registers_in_an_outage(lab, "life-here")
        assert not registers_in_an_outage(lab, "life-away", 10)
    finally:
        docker("start", stack.container("mariadb"))
        until(stack, answers)
    wait_healthy(stack, 90)


def belongings(lab: Lab, name: str, password: str, what: str) -> object:
    code, found = client(lab, "xmpp_belongings", jid(name), CA, what, passwords=(password,))
    assert code == 0, found
    return found


NOTHING = {"contacts": [], "card": "", "private": [None], "messages": []}


def test_another_name_comes_with_everything_that_is_theirs(stack: Stack, lab: Lab) -> None:
    name, other = add(stack, "life-anna", "--alias", "life-8802", "--alias", "life-8803"), "life-hanna"
    there = belongings(lab, name, OLD, "put")
    assert there == {
        "contacts": ["friend@falcot.com"],
        "card": "Their full name",
        "private": ["remember me"],
        "messages": ["to myself", "to myself"],  # as sent, and as heard
    }
    # Somebody who was never a person left something under the new name: it must not turn up there.
    sql(
        stack,
        f"INSERT INTO prosody.prosody VALUES ('falcot.com', '{other}', 'roster', 'old@falcot.com', 'json', '{{}}')",  # noqa: S608 - typed here
    )

    said = stack.run("rename-user", name, other, "--yes", "--password-stdin", "--json", feed=f"{NEW}\n")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == {
        "schema": 1,
        "name": other,
        "formerly": name,
        "sip": f"sip:{other}@falcot.com",
        "xmpp": f"{other}@falcot.com",
    }

    assert rows(stack, [name, other]) == {name: ABSENT, other: WHOLE}
    assert lets_in(stack, lab, name, OLD) == lets_in(stack, lab, name, NEW) == lets_in(stack, lab, other, OLD) == REFUSED
    assert lets_in(stack, lab, other, NEW) == LET_IN
    assert belongings(lab, other, NEW, "get") == there
    assert stack.json("show-user", other)["aliases"] == ["life-8802", "life-8803"]
    assert stack.run("show-user", name).returncode == 2
    # Whoever gets the old name begins with nothing.
    add(stack, name)
    assert belongings(lab, name, OLD, "get") == NOTHING


def test_who_is_removed_takes_everything_along(stack: Stack, lab: Lab) -> None:
    name = add(stack, "life-gone", "--alias", "life-8804")
    assert belongings(lab, name, OLD, "put") != NOTHING

    stack.ok("remove-user", name, "--yes")

    assert sql(stack, f"SELECT COUNT(*) FROM prosody.prosodyarchive WHERE `user` = '{name}'") == [["0"]]  # noqa: S608 - typed here
    assert sql(stack, f"SELECT store FROM prosody.prosody WHERE `user` = '{name}'") == []  # noqa: S608 - typed here
    add(stack, name)
    assert stack.json("show-user", name)["aliases"] == []
    assert belongings(lab, name, OLD, "get") == NOTHING
