"""A person's rows, as prosody itself would make them."""

# ruff: noqa: S608 - these are statements to compare with

import re

import pytest

from rtcstack.errors import RequestError
from rtcstack.plan.people import Credentials
from rtcstack.render import sql
from rtcstack.services.prosody.scram import scram_keys
from tests.unit.services.prosody.stacks import PROSODY, stack_on
from tests.unit.sites import demo_site

ROLAND = Credentials(name="roland", realm="falcot.com", password="sesame1", created=1_795_391_745)
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def rows(insert: str) -> list[list[str]]:
    """Given our INSERT, return the values of each row in clear."""
    values = insert.split(" VALUES ", maxsplit=1)[1]
    return [
        [bytes.fromhex(digits).decode() for digits in re.findall(r"_utf8mb4 X'([0-9a-f]*)'", row)]
        for row in re.findall(r"\(([^()]*)\)", values)
    ]


def test_the_keys_are_those_that_prosodyctl_makes() -> None:
    # `user:create("roland@falcot.com", "sesame1")` in the shell of prosody 13.0.6 wrote these.
    keys = scram_keys("sesame1", salt="0f3113e7-b926-4249-b0e5-ffc6f4293f7e")
    assert keys.stored_key == "34fa3be40cfade229055c106a05a3bf1efcfaa2e7b8425270fb2909fe8828a5f"
    assert keys.server_key == "38e9f65607d225ee3658d5985a9a31c5c6b3a0c611df1566eb1330047151d8d3"
    assert keys.iterations == 10_000


def test_an_account_is_six_rows_of_one_store() -> None:
    step = PROSODY.account(stack_on(demo_site()), ROLAND)
    found = rows(step.insert[-1])

    assert [row[:3] for row in found] == [["falcot.com", "roland", "accounts"]] * 6
    kept = {key: (kind, value) for _, _, _, key, kind, value in found}
    salt = kept["salt"][1]
    keys = scram_keys("sesame1", salt=salt)
    assert UUID4.fullmatch(salt)
    assert kept == {
        "stored_key": ("string", keys.stored_key),
        "server_key": ("string", keys.server_key),
        "salt": ("string", salt),
        "iteration_count": ("number", "10000"),
        "created": ("number", "1795391745"),
        "updated": ("number", "1795391745"),
    }


def test_every_account_has_a_salt_of_its_own() -> None:
    first, second = (PROSODY.account(stack_on(demo_site()), ROLAND).insert for _ in range(2))
    assert first != second


def test_an_account_replaces_an_earlier_one_and_leaves_the_roster() -> None:
    replace, _ = PROSODY.account(stack_on(demo_site()), ROLAND).insert
    assert replace == (
        f"DELETE FROM `prosody`.`prosody` WHERE `host` = {sql.text('falcot.com')} AND `user` = {sql.text('roland')}"
        f" AND `store` = {sql.text('accounts')}"
    )


def test_a_removal_takes_every_store_and_every_archive() -> None:
    whose = f"WHERE `host` = {sql.text('falcot.com')} AND `user` = {sql.text('roland')}"
    assert PROSODY.account(stack_on(demo_site()), ROLAND).delete == (
        f"DELETE FROM `prosody`.`prosody` {whose}",
        f"DELETE FROM `prosody`.`prosodyarchive` {whose}",
    )


def test_who_proves_nothing_is_not_made() -> None:
    step = PROSODY.account(stack_on(demo_site()), Credentials(name="roland", realm="falcot.com"))
    assert step.insert == ()
    assert step.delete


def test_a_suspension_is_the_row_that_prosody_writes_itself() -> None:
    # `user:disable("roland@falcot.com")` in the shell of prosody 13.0.6: mod_auth_internal_hashed sets `disabled = true`.
    step = PROSODY.account(stack_on(demo_site()), ROLAND)
    assert rows(step.suspend[-1]) == [["falcot.com", "roland", "accounts", "disabled", "boolean", "true"]]
    assert step.suspend[:-1] == step.resume
    assert step.resume[0].endswith(f" AND `key` IN ({sql.text('disabled')}, {sql.text('disabled_meta')})")


def test_a_new_name_inherits_all_but_what_logs_in() -> None:
    whose = f"WHERE `host` = {sql.text('falcot.com')} AND `user` = {sql.text('roland')}"
    step = PROSODY.account(stack_on(demo_site()), Credentials(name="rolf", realm="falcot.com", password="x", formerly="roland"))
    others = f"AND `store` NOT IN ({sql.text('accounts')}, {sql.text('auth_tokens')})"
    assert step.inherit == (
        f"UPDATE `prosody`.`prosody` SET `user` = {sql.text('rolf')} {whose} {others}",
        f"UPDATE `prosody`.`prosodyarchive` SET `user` = {sql.text('rolf')} {whose}",
    )
    assert PROSODY.account(stack_on(demo_site()), ROLAND).inherit == ()


GOOD = {"stored_key": "0" * 64, "server_key": "1" * 64, "salt": "any-salt", "iteration_count": "10000"}


def test_hashes_are_taken_as_they_were_exported() -> None:
    person = Credentials(name="roland", realm="falcot.com", hashes={"prosody": GOOD}, created=1, updated=2)
    found = {row[3]: row[5] for row in rows(PROSODY.account(stack_on(demo_site()), person).insert[-1])}
    assert found == {**GOOD, "created": "1", "updated": "2"}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {key: GOOD[key] for key in ("stored_key", "server_key", "salt")},
        {**GOOD, "stored_key": "0" * 40},
        {**GOOD, "server_key": "F" * 64},
        {**GOOD, "salt": ""},
        {**GOOD, "salt": "a salt"},
        {**GOOD, "iteration_count": "4095"},
        {**GOOD, "iteration_count": "100000000"},
        {**GOOD, "iteration_count": "1e4"},
        {**GOOD, "iteration_count": "10000\n"},
        {**GOOD, "password": "correcthorse"},
    ],
)
def test_other_hashes_are_a_wrong_request(wrong: dict[str, str]) -> None:
    person = Credentials(name="roland", realm="falcot.com", hashes={"prosody": wrong})
    with pytest.raises(RequestError, match="not the hashes of an XMPP account") as refused:
        PROSODY.account(stack_on(demo_site()), person)
    assert "correcthorse" not in str(refused.value)


def test_nothing_of_a_password_shows() -> None:
    step = PROSODY.account(stack_on(demo_site()), ROLAND)
    assert "sesame1" not in "".join(step.insert)
    assert b"sesame1".hex() not in "".join(step.insert)
    assert "stored" not in repr(step)
    assert "key" not in repr(scram_keys("sesame1", salt="x"))


@pytest.mark.parametrize("password", ["a\u0007b", "\u0627\u0031a", "\u00ad"])
def test_a_password_that_sasl_prohibits_is_a_wrong_request(password: str) -> None:
    person = Credentials(name="roland", realm="falcot.com", password=password)
    with pytest.raises(RequestError, match="RFC 4013"):
        PROSODY.account(stack_on(demo_site()), person)
