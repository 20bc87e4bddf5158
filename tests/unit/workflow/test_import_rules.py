"""What an import tells of a row without asking anybody: refused with a reason that can be shown, or text that no syntax obeys."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtcstack.render.people_bulk import Newcomer, addition, who_is
from rtcstack.spec.people_row import BadRow, Row
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation, plan_text
from rtcstack.workflow.imports.rules import Rules, credentials
from tests.unit.spec.hostile import HOSTILE, hostile_text

TOML = 'domain = "falcot.com"\nadmins = ["roland"]\n[network]\nsubnet = "198.51.100.0/24"\n'
INSTALLATION: Installation = plan_text(Path("/nowhere"), TOML)
LITERALS = re.compile(r"_utf8mb4 X'[0-9a-f]*'|''|'(?:person|alias)'")
NAME = st.one_of(st.sampled_from(["ada", "bo.x", "cy-2", "d_e"]), hostile_text)
ROW = st.builds(Row, line=st.just(2), name=NAME, password=hostile_text, aliases=st.lists(NAME, max_size=1).map(tuple))


def rules() -> Rules:
    return Rules(INSTALLATION, {"promised": "abcd-efgh"})


def reason(row: Row, *before: Row) -> str:
    judge = rules()
    for other in before:
        assert isinstance(judge.judge(other), Row)
    found = judge.judge(row)
    assert isinstance(found, BadRow)
    assert (found.line, found.name) == (row.line, row.name)
    return found.reason


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ROW)
def test_what_is_let_through_is_a_right_name_and_literals_in_sql(row: Row) -> None:
    found = rules().judge(row)

    if isinstance(found, BadRow):
        assert str(found).isprintable()
        words = (row.name, *row.aliases)
        assert len(row.password) < 12 or any(row.password in word for word in words) or row.password not in found.reason
        return
    assert all(re.fullmatch(r"[a-z0-9+*._-]{1,64}", word) for word in (found.name, *found.aliases))
    assert found.password == (people.checked_password(row.password) if row.password else "")
    person = credentials(INSTALLATION, found, created=1)
    steps = people.steps(INSTALLATION, person)
    for script in (addition([Newcomer(person=person, steps=steps)]), who_is([found.name], found.aliases)):
        bare = LITERALS.sub("", script.decode())
        assert not set("'\"\\#") & set(bare)
        assert "--" not in bare
        assert "/*" not in bare


@pytest.mark.parametrize("text", [text for text in HOSTILE if text not in ("null", "true", "roland")])
def test_a_name_or_alias_that_tries_to_be_something_else_is_refused(text: str) -> None:
    assert isinstance(rules().judge(Row(line=2, name=text, password="right")), BadRow)
    assert isinstance(rules().judge(Row(line=2, name="right", password="right", aliases=(text,))), BadRow)


def test_a_file_is_one_namespace() -> None:
    ada = Row(line=2, name="ada", password="secret", aliases=("ada.l", "80.a"))

    assert reason(Row(line=3, name="ada", password="secret"), ada) == "ada is on line 2 already"
    assert reason(Row(line=3, name="ada.l", password="secret"), ada) == "ada.l is on line 2 already"
    assert reason(Row(line=3, name="bo", password="secret", aliases=("80.a",)), ada) == "80.a is on line 2 already"
    assert reason(Row(line=3, name="bo", password="secret", aliases=("ada",)), ada) == "ada is on line 2 already"
    assert reason(Row(line=2, name="ada", password="secret", aliases=("ada",))) == "a name or an alias is there twice"
    assert reason(Row(line=2, name="ada", password="secret", aliases=("x.1", "x.1"))) == "a name or an alias is there twice"
    assert isinstance(rules().judge(ada), Row)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (Row(line=2, name="bo", password="x" * 256), "the password is longer than 255 octets"),
        (Row(line=2, name="bo", password="a\tb"), "the password has characters in it that cannot be seen"),
        (Row(line=2, name="bo", password="\ufb01sh"), "the password has characters in it that XMPP and SIP clients would send"),
        (Row(line=2, name="bo", password="\u05d0a"), "the password mixes directions of writing"),
        (Row(line=2, name="bo", password="x", hashes={"a": {}}), "has a password and hashes: give one of them"),
        (Row(line=2, name="bo", hashes={"a": {}}), "its hashes belong to the realm '' and are worth nothing in falcot.com"),
        (Row(line=2, name="bo", realm="x.org", hashes={"a": {}}), "its hashes belong to the realm 'x.org' and are worth nothing"),
        (Row(line=2, name="bo", realm="falcot.com", hashes={"a": {}}), "its hashes must be those of coturn, kamailio, prosody"),
        (
            Row(line=2, name="bo", realm="falcot.com", hashes={"coturn": {}, "kamailio": {}, "prosody": {"salt": "'"}}),
            "these are not the hashes of a TURN account",
        ),
    ],
)
def test_passwords_and_hashes_that_no_service_could_use_are_refused(row: Row, why: str) -> None:
    assert reason(row).startswith(why)


def test_a_promised_password_is_the_rows_own() -> None:
    found = rules().judge(Row(line=2, name="promised"))
    assert isinstance(found, Row)
    assert found.password == "abcd-efgh"
    other = rules().judge(Row(line=2, name="promised", password="typed"))
    assert isinstance(other, Row)
    assert other.password == "typed"


def test_the_file_rtcstack_toml_says_who_administers_and_a_row_may_add() -> None:
    assert credentials(INSTALLATION, Row(line=2, name="roland"), created=0).admin
    assert credentials(INSTALLATION, Row(line=2, name="laura", admin=True), created=0).admin
    assert not credentials(INSTALLATION, Row(line=2, name="laura"), created=0).admin
