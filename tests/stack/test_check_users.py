"""Whatever other tools do to the services' rows is found, said, and put right where no password is needed; then people log in."""

# ruff: noqa: S608 - names of throw-away people, typed here

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.stack.database import agree, answers, held, sql, until, waiting
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.test_people_life import LET_IN, REFUSED, lets_in, turn

PASSWORD = "nothing is lost"
ANNA, OTTO = "chk-anna", "chk-otto"
STRANGER = "chk-mallory"
SERVICES = ("coturn", "kamailio", "prosody")
BOTH = f"username = '{ANNA}'"


TABLES = {
    "rtcstack.people": ("name", "name, enabled, created, changed"),
    "rtcstack.aliases": ("name", "alias, name"),
    "rtcstack.endings": ("name", "name, since"),
    "coturn.turnusers_lt": ("name", "realm, name, hmackey"),
    "coturn.turnusers_suspended": ("name", "realm, name, hmackey"),
    "coturn.admin_hash": ("name", "name, realm, password"),
    "coturn.admin_user": ("name", "name, realm, password"),
    "kamailio.subscriber": ("username", "username, domain, password, ha1, ha1b"),
    "kamailio.subscriber_suspended": ("username", "username, domain, password, ha1, ha1b"),
    "kamailio.aliases": ("username", "alias, username"),
    "prosody.prosody": ("`user`", "host, `user`, store, `key`, type, value"),
}
"""Whose rows are in each table, and what is in them."""


@pytest.fixture(scope="module")
def people(stack: Stack) -> Iterator[None]:
    """Two people, one with a number, and a copy of all their rows."""
    for name, more in ((ANNA, ("--alias", "8201")), (OTTO, ())):
        stack.ok("add-user", name, "--password-stdin", *more, feed=f"{PASSWORD}\n")
    sql(stack, "CREATE OR REPLACE DATABASE checked CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    for table, (column, columns) in TABLES.items():
        copy = table.replace(".", "_")
        sql(stack, f"CREATE TABLE checked.{copy} AS SELECT {columns} FROM {table} WHERE {column} LIKE 'chk-%'")
    yield
    sql(stack, "DROP DATABASE checked")
    for name in (ANNA, OTTO):
        stack.ok("remove-user", name, "--yes")


@pytest.fixture
def anna(stack: Stack, people: None) -> Iterator[str]:  # noqa: ARG001 - copied by it
    """Somebody who is whole before, and whose rows are as they were afterwards."""
    assert findings(stack) == []
    yield ANNA
    until(stack, answers)
    for table, (column, columns) in TABLES.items():
        also = " OR alias LIKE '82%'" if "alias" in columns else ""
        copy = f"checked.{table.replace('.', '_')}"
        sql(
            stack,
            f"DELETE FROM {table} WHERE {column} LIKE 'chk-%'{also}; INSERT INTO {table} ({columns}) SELECT {columns} FROM {copy}",
        )


def check(stack: Stack, *options: str) -> tuple[int, Any]:
    """Given options, return the exit code of check-users and what it says as JSON."""
    done = stack.run("check-users", "--json", *options)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def findings(stack: Stack) -> list[tuple[str, str, str]]:
    """Return the findings about the people of these tests: id without its beginning, service, what happened."""
    code, said = check(stack)
    assert code == (1 if said["findings"] else 0)
    return [
        (each["id"].removeprefix("people."), each["service"], each["happened"])
        for each in said["findings"]
        if "chk-" in each["happened"] or "82" in each["happened"]
    ]


REPAIRED = {
    "turnadmin -d": (
        f"DELETE FROM coturn.turnusers_lt WHERE name = '{ANNA}'",
        [("lack", "coturn", f"{ANNA} lacks the TURN key in coturn")],
    ),
    "suspended in TURN alone": (
        (f"INSERT INTO coturn.turnusers_suspended SELECT * FROM coturn.turnusers_lt WHERE name = '{ANNA}';"
        f"DELETE FROM coturn.turnusers_lt WHERE name = '{ANNA}'"),
        [("state", "coturn", f"{ANNA} is suspended in coturn, but should be enabled")],
    ),
    "suspended and not in TURN": (
        f"INSERT INTO coturn.turnusers_suspended SELECT * FROM coturn.turnusers_lt WHERE name = '{ANNA}'",
        [("state", "coturn", f"{ANNA} is enabled and suspended in coturn, but should be enabled")],
    ),
    "suspended in SIP alone": (
        ("INSERT INTO kamailio.subscriber_suspended (username, domain, ha1, ha1b)"
        f" SELECT username, domain, ha1, ha1b FROM kamailio.subscriber WHERE {BOTH}; DELETE FROM kamailio.subscriber WHERE {BOTH}"),
        [("state", "kamailio", f"{ANNA} is suspended in kamailio, but should be enabled")],
    ),
    "suspended in XMPP alone": (
        f"INSERT INTO prosody.prosody VALUES ('falcot.com', '{ANNA}', 'accounts', 'disabled', 'boolean', 'true')",
        [("state", "prosody", f"{ANNA} is suspended in prosody, but should be enabled")],
    ),
    "number gone": (
        "DELETE FROM kamailio.aliases WHERE alias = '8201'",
        [("alias-missing", "kamailio", f"8201 does not lead to {ANNA} in kamailio")],
    ),
    "number stolen": (
        f"UPDATE kamailio.aliases SET username = '{OTTO}' WHERE alias = '8201'",
        [
            ("alias-missing", "kamailio", f"8201 does not lead to {ANNA} in kamailio"),
            ("alias-extra", "kamailio", f"8201 leads to {OTTO} in kamailio, but should not"),
        ],
    ),
    "number too many": (
        f"INSERT INTO kamailio.aliases VALUES ('8299', '{ANNA}')",
        [("alias-extra", "kamailio", f"8299 leads to {ANNA} in kamailio, but should not")],
    ),
    "number of nobody": (
        "INSERT INTO rtcstack.aliases (alias, name) VALUES ('8298', 'chk-ghost')",
        [("alias-orphan", "mariadb", "8298 is an alias of chk-ghost, who does not exist")],
    ),
    "administrator by hand": (
        f"INSERT INTO coturn.admin_user SELECT * FROM coturn.admin_hash WHERE name = '{ANNA}'",
        [("admin-extra", "coturn", f"{ANNA} administers coturn, but should not")],
    ),
    "sessions left": (
        f"INSERT INTO rtcstack.endings (name, since) VALUES ('{ANNA}', 1)",
        [("ending", "mariadb", f"sessions of {ANNA} that should have ended may still run")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REPAIRED)
def test_what_needs_no_password_is_found_and_put_right(stack: Stack, anna: str, case: str) -> None:
    statements, expected = REPAIRED[case]
    sql(stack, f"{statements};")
    assert findings(stack) == expected

    _, said = check(stack, "--repair", "--yes")

    assert [each["happened"] for each in said["repaired"] if "chk-" in each["happened"]] == [
        happened for _, _, happened in expected
    ]
    assert findings(stack) == []
    assert agree(stack, anna, PASSWORD) == {"turn": True, "sip": True, "xmpp": True}
    assert sql(stack, "SELECT username FROM kamailio.aliases WHERE alias LIKE '82%'") == [[ANNA]]


def test_who_was_suspended_by_hand_logs_in_after_the_repair(stack: Stack, lab: Lab, anna: str) -> None:
    sql(stack, "".join(f"{REPAIRED[case][0]};" for case in ("turnadmin -d", "suspended in SIP alone", "suspended in XMPP alone")))
    assert lets_in(stack, lab, anna, PASSWORD) == REFUSED

    assert check(stack, "--repair", "--yes")[0] in (0, 1)

    assert findings(stack) == []
    assert lets_in(stack, lab, anna, PASSWORD) == LET_IN


def test_who_is_suspended_and_was_let_in_by_hand_is_locked_out_again(stack: Stack, lab: Lab, anna: str) -> None:
    stack.ok("disable-user", anna)
    sql(
        stack,
        f"INSERT INTO coturn.turnusers_lt SELECT * FROM coturn.turnusers_suspended WHERE name = '{ANNA}';"
        f"DELETE FROM coturn.turnusers_suspended WHERE name = '{ANNA}';",
    )
    assert turn(stack, lab, anna, PASSWORD)
    assert findings(stack) == [("state", "coturn", f"{ANNA} is enabled in coturn, but should be suspended")]

    check(stack, "--repair", "--yes")

    assert findings(stack) == []
    assert lets_in(stack, lab, anna, PASSWORD) == REFUSED
    assert sql(stack, "SELECT name FROM rtcstack.endings WHERE name LIKE 'chk-%'") == []
    stack.ok("enable-user", anna)
    assert lets_in(stack, lab, anna, PASSWORD) == LET_IN


def test_sip_rows_that_are_gone_come_back_from_the_turn_key(stack: Stack, lab: Lab, anna: str) -> None:
    sql(stack, f"DELETE FROM kamailio.subscriber WHERE {BOTH}")
    assert findings(stack) == [("missing", "kamailio", f"{ANNA} is not in kamailio")]

    check(stack, "--repair", "--yes")

    # Phones that log in with the domain have a hash of their own, which nobody knows any more.
    lost = f"{ANNA} lacks the SIP hash for phones that log in with the domain (name@domain) in kamailio"
    assert findings(stack) == [("lack", "kamailio", lost)]
    assert lets_in(stack, lab, anna, PASSWORD) == LET_IN
    stack.ok("passwd", anna, "--password-stdin", feed=f"{PASSWORD}\n")
    assert findings(stack) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (f"DELETE FROM prosody.prosody WHERE `user` = '{ANNA}'", ("missing", "prosody", f"{ANNA} is not in prosody")),
        (
            f"DELETE FROM prosody.prosody WHERE `user` = '{ANNA}' AND `key` = 'salt'",
            ("lack", "prosody", f"{ANNA} lacks the XMPP keys (SCRAM) in prosody"),
        ),
        (
            f"UPDATE coturn.turnusers_lt SET hmackey = MD5('x') WHERE name = '{ANNA}'",
            ("password", "coturn", f"{ANNA} has different passwords in coturn and kamailio"),
        ),
        (
            f"UPDATE kamailio.subscriber SET ha1 = MD5('x') WHERE {BOTH} AND domain = 'falcot.com'",
            ("lack", "kamailio", f"{ANNA} lacks the same SIP hash in the rows of all domains in kamailio"),
        ),
    ],
)
def test_what_needs_a_password_is_left_alone_until_there_is_one(
    stack: Stack, lab: Lab, anna: str, statement: str, expected: tuple[str, str, str]
) -> None:
    sql(stack, statement)
    assert findings(stack) == [expected]
    remedies = [each["remedy"] for each in check(stack)[1]["findings"] if "chk-" in each["happened"]]
    assert remedies == [f"Type `rtcstack passwd {ANNA}`: a new password makes everything anew."]

    check(stack, "--repair", "--yes")

    assert findings(stack) == [expected]
    stack.ok("passwd", anna, "--password-stdin", feed="another one\n")
    assert findings(stack) == []
    assert lets_in(stack, lab, anna, "another one") == LET_IN


@pytest.mark.usefixtures("anna")
def test_prosodyctl_takes_somebody_away(stack: Stack) -> None:
    done = stack.exec("prosody", ["prosodyctl", "deluser", f"{ANNA}@falcot.com"])
    assert done.returncode == 0, done.stdout + done.stderr

    assert findings(stack) == [("missing", "prosody", f"{ANNA} is not in prosody")]


def test_strangers_are_found_and_stay_unless_their_removal_is_asked_for(stack: Stack, lab: Lab, anna: str) -> None:
    done = stack.exec("prosody", ["prosodyctl", "register", STRANGER, "falcot.com", "let me in"])
    assert done.returncode == 0, done.stdout + done.stderr
    sql(
        stack,
        f"INSERT INTO coturn.turnusers_lt VALUES ('falcot.com', '{STRANGER}', MD5('{STRANGER}:falcot.com:let me in'));"
        "INSERT INTO kamailio.subscriber (username, domain, ha1) VALUES ('Chk-Evil', 'falcot.com', 'x'),"
        f" (CONCAT('chk-x', CHAR(10), '{ANNA}'), 'falcot.com', 'x');",
    )
    assert lets_in(stack, lab, STRANGER, "let me in") == {"turn": True, "sip": False, "xmpp": True}
    expected = [
        ("unknown", "coturn", f"{STRANGER} is in coturn, but not among the people"),
        ("unknown", "kamailio", rf"chk-x\n{ANNA} is in kamailio, but not among the people"),
        ("unknown", "prosody", f"{STRANGER} is in prosody, but not among the people"),
    ]
    assert findings(stack) == expected
    assert "Chk-Evil is in kamailio" in stack.run("check-users").stdout

    check(stack, "--repair", "--yes")
    assert findings(stack) == expected

    check(stack, "--repair", "--remove-unknown", "--yes")
    assert findings(stack) == []
    assert "Chk-Evil" not in stack.run("check-users").stdout
    assert lets_in(stack, lab, STRANGER, "let me in") == REFUSED
    assert lets_in(stack, lab, anna, PASSWORD) == LET_IN


@pytest.mark.usefixtures("anna")
def test_a_stranger_can_be_made_a_person(stack: Stack, lab: Lab) -> None:
    sql(stack, f"INSERT INTO coturn.turnusers_lt VALUES ('falcot.com', '{STRANGER}', MD5('x'))")
    assert findings(stack) != []

    stack.ok("add-user", STRANGER, "--password-stdin", feed=f"{PASSWORD}\n")

    assert findings(stack) == []
    assert lets_in(stack, lab, STRANGER, PASSWORD) == LET_IN


def test_strangers_who_are_whole_become_people_with_the_password_that_they_have(stack: Stack, lab: Lab, anna: str) -> None:
    for statement in (
        f"DELETE FROM rtcstack.aliases WHERE name = '{ANNA}'",
        f"DELETE FROM kamailio.aliases WHERE username = '{ANNA}'",
        f"DELETE FROM rtcstack.people WHERE name IN ('{ANNA}', '{OTTO}')",
        f"UPDATE coturn.turnusers_lt SET hmackey = MD5('x') WHERE name = '{OTTO}'",
    ):
        sql(stack, statement)
    unknown = [("unknown", service, f"{ANNA} is in {service}, but not among the people") for service in SERVICES]
    others = [("unknown", service, f"{OTTO} is in {service}, but not among the people") for service in SERVICES]
    assert sorted(findings(stack)) == sorted(unknown + others)

    check(stack, "--repair", "--adopt-unknown", "--yes")

    # Whoever has two passwords is not adopted.
    assert sorted(findings(stack)) == sorted(others)
    assert lets_in(stack, lab, anna, PASSWORD) == LET_IN
    assert anna in stack.ok("list-users").split()


@pytest.mark.usefixtures("anna")
def test_repairs_are_shown_and_asked_for_and_nothing_is_done_without_an_answer(stack: Stack) -> None:
    sql(stack, REPAIRED["turnadmin -d"][0])

    done = stack.run("check-users", "--repair", feed="yes\n")

    assert done.returncode == 2
    assert f"error: {ANNA} lacks the TURN key in coturn\n    Type `rtcstack check-users --repair`." in done.stderr
    assert "--yes" in done.stderr
    assert findings(stack) == [("lack", "coturn", f"{ANNA} lacks the TURN key in coturn")]
    for options in (["--remove-unknown"], ["--adopt-unknown"], ["--repair", "--adopt-unknown", "--remove-unknown", "--yes"]):
        assert stack.run("check-users", *options).returncode == 2


@pytest.mark.usefixtures("anna")
def test_a_repair_waits_for_a_change_that_is_under_way(stack: Stack) -> None:
    sql(stack, REPAIRED["turnadmin -d"][0])
    with ThreadPoolExecutor(1) as pool:
        with held(stack, "SELECT GET_LOCK('rtcstack.people', 5)"):
            later = pool.submit(check, stack, "--repair", "--yes")
            until(stack, waiting)
            assert not later.done()
        later.result(60)

    assert findings(stack) == []


@pytest.mark.usefixtures("anna")
def test_people_read_that_all_is_well(stack: Stack) -> None:
    done = stack.run("check-users")
    said = check(stack)[1]

    if done.returncode == 0:
        assert "every service agrees" in done.stderr
        assert said["findings"] == []
    assert said["people"] == len(stack.json("list-users")["people"])
    assert said["passed"] >= 20 - len({each["id"] for each in said["findings"]})
    assert said["schema"] == 1
