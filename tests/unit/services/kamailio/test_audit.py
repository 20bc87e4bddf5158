"""What the SIP server's comparison of all people is made of."""

import re

from rtcstack.plan.audit import within
from tests.unit.services.kamailio.stacks import KAMAILIO, stack_on
from tests.unit.sites import demo_site

AUDIT = KAMAILIO.audit(stack_on(demo_site()))


def test_every_number_of_a_lack_has_words() -> None:
    assert AUDIT is not None

    assert {int(number) for number in re.findall(r"THEN (\d)", AUDIT.kept.partition("END,")[2])} <= set(range(len(AUDIT.lacks) + 1))
    assert [lack.from_ha1 for lack in AUDIT.lacks] == [True, False, False]


def test_tables_are_read_part_by_part() -> None:
    assert AUDIT is not None

    assert AUDIT.kept.count(within("username")) == AUDIT.kept.count("FROM kamailio.") == 2


def test_a_hash_that_is_made_up_is_known_to_nobody_and_can_be_told() -> None:
    assert AUDIT is not None

    for statement in AUDIT.make:
        assert "CONCAT('lost', LEFT(LOWER(HEX(RANDOM_BYTES(16))), 28))" in statement
        assert "ON DUPLICATE KEY UPDATE ha1 = c.ha1" in statement


def test_who_is_forgotten_is_forgotten_in_every_table() -> None:
    assert AUDIT is not None

    tables = ("subscriber", "subscriber_suspended", "location", "location_attrs", "aliases")
    assert [statement.split()[3] for statement in AUDIT.forget] == [f"kamailio.{table}" for table in tables]
