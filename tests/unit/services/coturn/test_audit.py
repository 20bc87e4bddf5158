"""What the TURN server's comparison of all people is made of."""

import re

from rtcstack.plan.audit import within
from tests.unit.services.coturn.stacks import EPHEMERAL, PERSONAL, stack_on
from tests.unit.sites import demo_site

STACK = stack_on(demo_site())
AUDIT = PERSONAL.audit(STACK)


def test_the_server_for_short_lived_credentials_knows_nobody() -> None:
    assert EPHEMERAL.audit(STACK) is None


def test_every_number_of_a_lack_has_words() -> None:
    assert AUDIT is not None

    assert {int(number) for number in re.findall(r"THEN (\d)", AUDIT.kept.partition("END,")[2])} <= set(range(len(AUDIT.lacks) + 1))
    assert [(lack.serious, lack.from_ha1) for lack in AUDIT.lacks] == [(True, True), (False, False)]


def test_tables_are_read_part_by_part() -> None:
    assert AUDIT is not None

    assert AUDIT.kept.count(within("name")) == AUDIT.kept.count("FROM coturn.") == 3


def test_administrators_are_those_of_the_file_who_are_not_suspended() -> None:
    request = PERSONAL.describe(STACK.site, STACK.service("coturn").options).database

    assert AUDIT is not None
    assert request is not None
    assert AUDIT.appoint[:-1] == request.upkeep
    assert "LEFT JOIN coturn.turnusers_lt" in AUDIT.appoint[-1]
    assert any("admin_user" in statement for statement in AUDIT.suspend)
