"""What prosody's comparison of all people is made of."""

from rtcstack.plan.audit import within
from rtcstack.plan.people import Credentials
from rtcstack.services.prosody.account import account
from tests.unit.services.prosody.stacks import PROSODY, stack_on
from tests.unit.sites import demo_site

AUDIT = PROSODY.audit(stack_on(demo_site()))


def test_the_table_is_read_part_by_part() -> None:
    assert within("`user`") in AUDIT.kept
    assert AUDIT.kept.count("FROM prosody.") == 1


def test_keys_of_xmpp_can_be_made_of_nothing_that_others_know() -> None:
    assert AUDIT.make == ()
    assert not any(lack.from_ha1 for lack in AUDIT.lacks)


def test_who_is_suspended_is_so_in_the_same_words_as_one_by_one() -> None:
    (_, suspended) = account("prosody", "falcot.com", Credentials(name="anna", realm="falcot.com")).suspend
    said = suspended.rpartition("'6163636f756e7473'")[2].replace(")", "")

    assert "64697361626c6564" in said
    assert said.strip(", ") in AUDIT.suspend[-1]
