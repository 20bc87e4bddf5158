"""Whom a request can mean: which user parts are looked up at all, before any database or table is asked."""

import re

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from rtcstack.spec.types import person_name
from tests.unit.services.kamailio.stacks import configuration
from tests.unit.sites import demo_site

TEXT = configuration(demo_site())["callee.cfg"]
(PATTERN,) = re.findall(r'\$rU =~ "(.+)"\)\) \{', TEXT)
USER_PART = re.compile(PATTERN, re.IGNORECASE | re.ASCII)
"""kamailio compares without case (REG_ICASE), and its regular expressions are POSIX extended: the same as Python's here."""


def looked_up(user: str) -> bool:
    # kamailio's `$` is the end of the text, Python's may stand before a newline.
    return re.fullmatch(USER_PART, user) is not None


@pytest.mark.parametrize("user", ["laura", "8001", "+49301234", "*97", "%38001", "%6caura", "+49-30-(1)2.34", "r_2-d", "%2B4930"])
def test_what_leads_to_people_is_looked_up(user: str) -> None:
    assert looked_up(user)


@pytest.mark.parametrize(
    "user",
    ["", "a b", "a'b", 'a"b', "a;b", "a@b", "a\\b", "a`b", "$rU", "$(rU)", "{s.len}", "a=b", "a,b", "a#b", "%00", "8001%00", "%0a",
     "%0D%0A", "%1f", "%80", "%ff", "%c3%a4", "%", "%2", "%zz", "8001%", "%%30", "ä", "a\n", "\x00", "a\x00", "<a>", "a/b",
     "a?b", "a&b"],
)  # fmt: skip
def test_what_no_name_has_in_it_is_not(user: str) -> None:
    assert not looked_up(user)


@given(st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?", fullmatch=True))
def test_every_person_can_be_called_escaped_or_not(name: str) -> None:
    try:
        person_name(name)
    except ValueError:
        reject()
    assert looked_up(name)
    assert looked_up("".join(f"%{ord(char):02X}" for char in name))


@given(st.from_regex(r"[+*]?[0-9]{1,20}([*][0-9]{1,5})?", fullmatch=True))
def test_every_number_can_be_called_escaped_or_not(number: str) -> None:
    assert looked_up(number)
    assert looked_up("".join(f"%{ord(char):02x}" for char in number))


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("%0123456789abcdefAF+*.-"))))
def test_nothing_else_gets_through(user: str) -> None:
    unescaped = re.sub(r"%[2-7][0-9A-Fa-f]", "x", user)
    plain = user.isascii() and all(char.isalnum() or char in "+*._()-" for char in unescaped)

    assert looked_up(user) == (plain and user != "")


def test_what_was_dialled_reaches_the_database_as_octets_alone() -> None:
    queries = [line for line in TEXT.splitlines() if "SELECT" in line or "WHERE" in line]

    assert queries
    for part in re.findall(r"\$[^ ']+", " ".join(queries)):
        assert part == "$(var(callee){s.encode.hexa})"
    assert " ".join(queries).count("X'$(var(callee){s.encode.hexa})'") == 2


def test_every_variable_is_made_anew_in_every_message() -> None:
    route = TEXT.partition("route[CALLEE]")[2].partition("route[ASK_FOR_CALLEE]")[0]
    for name in ("callee", "person"):
        first = route.index(f"$var({name})")
        assert route[first:].startswith(f"$var({name}) = ")
