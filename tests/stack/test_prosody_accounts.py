"""A person's rows are those that prosody itself would write, and nothing of a removed person stays."""

# ruff: noqa: S608 - the names in these statements are the test's own

import re
from uuid import uuid4

import pytest

from rtcstack.services.prosody.scram import scram_keys
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.xmpp_client import CA, client, jid

SALT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def _query(stack: Stack, sql: str) -> list[list[str]]:
    done = stack.exec("mariadb", stack.plan.role("database").client, feed=sql)
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def _account(stack: Stack, name: str) -> dict[str, tuple[str, str]]:
    rows = _query(stack, f"SELECT `key`, `type`, `value` FROM prosody.prosody WHERE `user` = '{name}' AND `store` = 'accounts'")
    return {key: (kind, value) for key, kind, value in rows}


def test_rows_are_those_that_prosody_writes(stack: Stack, lab: Lab) -> None:
    password = stack.person("roland")
    judge = f"judge-{uuid4().hex[:8]}"
    # A throw-away password of a throw-away account: prosodyctl takes it as an argument only.
    done = stack.exec("prosody", ["prosodyctl", "register", judge, "falcot.com", "by prosodyctl"])
    assert done.returncode == 0, done.stdout + done.stderr

    theirs, ours = _account(stack, judge), _account(stack, "roland")
    assert client(lab, "xmpp_login", jid(judge), "direct", CA, passwords=("by prosodyctl",))[0] == 0

    assert {key: kind for key, (kind, _) in ours.items()} == {key: kind for key, (kind, _) in theirs.items()}
    assert ours["iteration_count"] == theirs["iteration_count"]
    for account, secret in ((ours, password), (theirs, "by prosodyctl")):
        keys = scram_keys(secret, salt=account["salt"][1])
        assert (account["stored_key"][1], account["server_key"][1]) == (keys.stored_key, keys.server_key)
        assert SALT.fullmatch(account["salt"][1])
        assert len(account["created"][1]) == len("1700000000")
    _query(stack, f"DELETE FROM prosody.prosody WHERE `user` = '{judge}'")


def test_nothing_of_a_removed_person_stays(stack: Stack, lab: Lab) -> None:
    name = f"ghost-{uuid4().hex[:8]}"
    password = str(stack.json("add-user", name)["password"])
    mine = f"FROM prosody.prosody WHERE `user` = '{name}'"
    archived = f"FROM prosody.prosodyarchive WHERE `user` = '{name}'"
    client(lab, "xmpp_talk", jid(name), jid("roland"), CA, passwords=(password, stack.person("roland")))
    _query(stack, f"INSERT INTO prosody.prosody VALUES ('falcot.com', '{name}', 'vcard', 'FN', 'string', 'Ghost')")
    assert _query(stack, f"SELECT COUNT(*) {archived}") != [["0"]]

    stack.ok("remove-user", name, "--yes")

    assert _query(stack, f"SELECT COUNT(*) {mine}") == [["0"]]
    assert _query(stack, f"SELECT COUNT(*) {archived}") == [["0"]]
    status, said = client(lab, "xmpp_login", jid(name), "direct", CA, passwords=(password,))
    assert (status, "not-authorized" in said["refused"]) == (1, True)


def test_the_database_takes_no_second_row_for_one_key(stack: Stack) -> None:
    stack.person("roland")

    with pytest.raises(AssertionError, match="Duplicate entry"):
        _query(stack, "INSERT INTO prosody.prosody SELECT * FROM prosody.prosody WHERE `user` = 'roland' LIMIT 1")


def test_prosody_may_not_change_its_tables(stack: Stack) -> None:
    granted = _query(stack, f"SHOW GRANTS FOR 'prosody'@'{stack.plan.site.network.backend[6]}'")

    on_tables = [line for (line,) in granted if "`prosody`.*" in line]
    assert len(on_tables) == 1
    assert on_tables[0].startswith("GRANT SELECT, INSERT, UPDATE, DELETE ON")
