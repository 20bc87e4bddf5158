"""Names and passwords: what is refused, with a sentence and a hint, before anything is asked of the database."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcstack.errors import RequestError
from rtcstack.workflow.people import (
    LONGEST_PASSWORD,
    checked_aliases,
    checked_name,
    checked_password,
    generated_password,
    password_line,
)

GENERATED = re.compile(r"[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){4}")


@pytest.mark.parametrize(
    "name",
    ["", "Roland", "roländ", "a b", "a@b", "a/b", "../x", "'; DROP", 'x"', "<x>", "$(id)", "a\n", "-a", "a.", "x" * 65, "а"],  # noqa: RUF001 - the last one is Cyrillic
)
def test_names_that_some_service_could_not_hold_are_refused(name: str) -> None:
    with pytest.raises(RequestError, match="cannot be a person's name: it must be") as refused:
        checked_name(name)

    assert refused.value.hint


@pytest.mark.parametrize(
    ("word", "meant"),
    [("Roland", "roland"), ("roland.", "roland"), ("\uff52oland", "roland"), (" roland\n", "roland"), ("112", ""), ("a..b", "")],
)
def test_what_may_be_meant_is_offered(word: str, meant: str) -> None:
    with pytest.raises(RequestError) as refused:
        checked_name(word)

    assert refused.value.hint == (f"Did you mean {meant}?" if meant else "Choose another name.")


def test_aliases_are_each_once_and_not_the_name() -> None:
    assert checked_aliases("roland", ["rm", "8001", "rm"]) == ("8001", "rm")
    with pytest.raises(RequestError, match="roland cannot be an alias of roland"):
        checked_aliases("roland", ["rm", "roland"])
    with pytest.raises(RequestError, match="'80-01' cannot be an alias: it must not be a number with separators"):
        checked_aliases("roland", ["80-01"])


@pytest.mark.parametrize("name", ["r", "roland", "roland.mas", "r_2-d", "8001", "x" * 64])
def test_names_that_all_services_hold_are_taken_as_they_are(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "is empty"),
        ("x" * (LONGEST_PASSWORD + 1), "longer than 255 octets"),
        ("ä" * 128, "longer than 255 octets"),
        ("a\tb", "cannot be seen"),
        ("a\x00b", "cannot be seen"),
        ("a\u00a0b", "cannot be seen"),
        ("a\u200db", "cannot be seen"),
        ("ﬁsh", "would send differently"),
        ("１２３", "would send differently"),  # noqa: RUF001 - full width
    ],
)
def test_passwords_that_clients_could_not_agree_on_are_refused(password: str, reason: str) -> None:
    with pytest.raises(RequestError, match=reason) as refused:
        checked_password(password)

    assert refused.value.hint
    assert not password or password not in str(refused.value)


def test_a_password_gets_the_one_form_that_clients_send() -> None:
    assert checked_password("gru\u0308n und frei ") == "gr\u00fcn und frei "


@given(st.text())
def test_a_password_is_refused_or_keeps_its_form(password: str) -> None:
    try:
        taken = checked_password(password)
    except RequestError:
        return
    assert checked_password(taken) == taken


@pytest.mark.parametrize(("line", "password"), [(b"x y \n", "x y "), (b"x\r\n", "x"), (b"x", "x"), (b"", ""), (b"\n", "")])
def test_one_line_is_the_password(line: bytes, password: str) -> None:
    assert password_line(line) == password


def test_a_line_that_is_not_text_is_refused() -> None:
    with pytest.raises(RequestError, match="UTF-8"):
        password_line(b"\xff\n")


def test_generated_passwords_are_readable_and_of_80_bits_at_least() -> None:
    found = {generated_password() for _ in range(500)}

    assert len(found) == 500
    assert all(GENERATED.fullmatch(password) and checked_password(password) == password for password in found)
    letters = {letter for password in found for letter in password} - {"-"}
    assert 20 * math.log2(len(letters)) >= 80
