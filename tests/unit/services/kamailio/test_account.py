"""A person as rows: hashes only, one row for each domain."""

# ruff: noqa: S608 - text to compare with, sent nowhere

import hashlib

from rtcstack.plan.people import Credentials
from tests.unit.services.kamailio.stacks import KAMAILIO, stack_on
from tests.unit.sites import demo_site

ROLAND = Credentials(name="roland", realm="falcot.com", password="a ' secret; --")


def literal(text: str) -> str:
    return f"_utf8mb4 X'{text.encode().hex()}'"


def md5(text: str) -> str:
    return literal(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


def test_a_person_is_one_row_for_each_domain() -> None:
    step = KAMAILIO.account(stack_on(demo_site()), ROLAND)
    assert step is not None

    plain = md5("roland:falcot.com:a ' secret; --")
    rows = [
        f"({literal('roland')}, {literal(domain)}, '', {plain}, {md5(f'roland@{domain}:falcot.com:{ROLAND.password}')})"
        for domain in ("falcot.com", "sip.falcot.com")
    ]
    assert step.insert == (
        f"DELETE FROM `kamailio`.`subscriber` WHERE `username` = {literal('roland')}",
        f"INSERT INTO `kamailio`.`subscriber` (`username`, `domain`, `password`, `ha1`, `ha1b`) VALUES {', '.join(rows)}",
    )


def test_who_is_removed_has_no_phones_left() -> None:
    step = KAMAILIO.account(stack_on(demo_site()), ROLAND)
    assert step is not None

    assert step.delete == tuple(
        f"DELETE FROM `kamailio`.`{table}` WHERE `username` = {literal('roland')}" for table in ("subscriber", "location")
    )


def test_the_password_is_nowhere() -> None:
    step = KAMAILIO.account(stack_on(demo_site()), ROLAND)
    assert step is not None

    told = " ".join((*step.insert, *step.delete, step.names))
    assert ROLAND.password not in told
    assert ROLAND.password.encode().hex() not in told
