"""A person as rows: hashes only, one row for each domain."""

# ruff: noqa: S608 - text to compare with, sent nowhere

import hashlib
from dataclasses import replace

import pytest

from rtcstack.errors import RequestError
from rtcstack.plan.people import AccountStep, Credentials
from tests.unit.services.kamailio.stacks import KAMAILIO, stack_on
from tests.unit.sites import demo_site

ROLAND = Credentials(name="roland", realm="falcot.com", password="a ' secret; --")


def literal(text: str) -> str:
    return f"_utf8mb4 X'{text.encode().hex()}'"


def md5(text: str) -> str:
    return literal(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


def step_of(person: Credentials) -> AccountStep:
    step = KAMAILIO.account(stack_on(demo_site()), person)
    assert step is not None
    return step


def row(domain: str, plain: str, with_domain: str) -> str:
    return f"({literal('roland')}, {literal(domain)}, '', {plain}, {with_domain})"


DOMAINS = ("falcot.com", "sip.falcot.com")
FRESH = tuple(
    f"DELETE FROM `kamailio`.`{table}` WHERE `username` = {literal('roland')}"
    for table in ("subscriber_suspended", "subscriber", "location")
)
INTO = "INSERT INTO `kamailio`.`subscriber` (`username`, `domain`, `password`, `ha1`, `ha1b`) VALUES"


def test_a_person_is_one_row_for_each_domain() -> None:
    plain = md5("roland:falcot.com:a ' secret; --")
    rows = [row(domain, plain, md5(f"roland@{domain}:falcot.com:{ROLAND.password}")) for domain in DOMAINS]

    assert step_of(ROLAND).insert == (*FRESH, f"{INTO} {', '.join(rows)}")


def test_who_proves_nothing_is_not_made() -> None:
    assert step_of(Credentials(name="roland", realm="falcot.com")).insert == ()


def test_who_is_removed_has_no_phones_left_and_no_number() -> None:
    assert step_of(ROLAND).delete == tuple(
        f"DELETE FROM `kamailio`.`{table}` WHERE `username` = {literal('roland')}"
        for table in ("subscriber", "subscriber_suspended", "location", "location_attrs", "aliases")
    )


def test_aliases_are_exactly_those_of_the_person() -> None:
    none, two = (step_of(replace(ROLAND, aliases=aliases)).aliases for aliases in ((), ("8001", "+4930")))

    assert none == two[:1] == (f"DELETE FROM `kamailio`.`aliases` WHERE `username` = {literal('roland')}",)
    rows = f"({literal('8001')}, {literal('roland')}), ({literal('+4930')}, {literal('roland')})"
    assert two[1:] == (f"REPLACE INTO `kamailio`.`aliases` (`alias`, `username`) VALUES {rows}",)


GOOD = {"ha1": "0" * 32, "ha1b:falcot.com": "1" * 32, "ha1b:sip.falcot.com": "2" * 32}


def test_hashes_are_taken_as_they_were_exported() -> None:
    rows = [row(domain, literal(GOOD["ha1"]), literal(GOOD[f"ha1b:{domain}"])) for domain in DOMAINS]

    step = step_of(Credentials(name="roland", realm="falcot.com", hashes={"kamailio": GOOD}))

    assert step.insert == (*FRESH, f"{INTO} {', '.join(rows)}")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, "not the SIP hashes for falcot.com, sip.falcot.com: see 'ha1'"),
        ({key: GOOD[key] for key in ("ha1", "ha1b:falcot.com")}, "see 'ha1b:sip.falcot.com'"),
        ({**GOOD, "ha1b:other.example": "3" * 32}, "see 'ha1b:other.example'"),
        ({**GOOD, "ha1": "A" * 32}, "ha1 must be 32 lower-case"),
        ({**GOOD, "ha1": "correcthorse"}, "ha1 must be 32 lower-case"),
        ({**GOOD, "ha1b:falcot.com": "0" * 32 + "\n"}, "ha1b:falcot.com must be 32 lower-case"),
    ],
)
def test_other_hashes_are_a_wrong_request(wrong: dict[str, str], reason: str) -> None:
    with pytest.raises(RequestError, match=reason) as refused:
        step_of(Credentials(name="roland", realm="falcot.com", hashes={"kamailio": wrong}))
    assert "correcthorse" not in str(refused.value)


def test_the_password_is_nowhere() -> None:
    step = step_of(ROLAND)
    told = " ".join((*step.insert, *step.suspend, *step.resume, *step.delete, *step.aliases, step.states, step.hashes))
    assert ROLAND.password not in told
    assert ROLAND.password.encode().hex() not in told
