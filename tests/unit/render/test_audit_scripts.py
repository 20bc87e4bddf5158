"""The scripts that compare and repair, whole: what is sent to the database is what is compared here."""

from pathlib import Path

import pytest

from rtcstack.plan.audit import Audit, Lack, within
from rtcstack.render.audit import comparison, repair

EXPECTED = Path(__file__).parent / "expected"
AUDITS = (
    Audit(
        service="one",
        kept=f"KEPT one WHERE {within('x')}",
        lacks=(Lack(what="a key", from_ha1=True), Lack(what="something else"), Lack(what="a row", from_ha1=True)),
        suspend=("SUSPEND one",),
        resume=("RESUME one",),
        make=("MAKE one",),
        forget=("FORGET one", "FORGET more of one"),
        aliases="ALIASES one",
        align=("ALIGN one",),
        admins="ADMINS one",
        appoint=("APPOINT one",),
    ),
    Audit(service="two", kept="KEPT two", lacks=(Lack(what="it"),), suspend=("S",), resume=("R",), forget=("F",)),
)
SCRIPTS = {
    "comparison": comparison(AUDITS, ("roland", "anna")),
    "comparison-without-admins": comparison(AUDITS[1:], ()),
    "repair": repair(AUDITS),
    "repair-and-adoption": repair(AUDITS, adopted=("eve",)),
    "repair-and-removal": repair(AUDITS, ("mallory", "o'neill; DROP TABLE people")),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_as_it_is_sent(name: str) -> None:
    assert SCRIPTS[name].decode() == (EXPECTED / f"{name}.sql").read_text()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_one_block_so_that_one_cut_off_does_nothing(name: str) -> None:
    before, block, after = SCRIPTS[name].decode().partition("BEGIN NOT ATOMIC")

    assert [line.split()[0] for line in before.splitlines()] == ["USE", "SET", "DELIMITER"]
    assert block
    assert after.endswith("END//\n")
    assert after.count("//") == 1


@pytest.mark.parametrize("name", ["comparison", "comparison-without-admins"])
def test_a_comparison_changes_nothing_but_its_own_temporary_tables(name: str) -> None:
    lines = SCRIPTS[name].decode().splitlines()
    changes = [line for line in lines if line.startswith(("INSERT", "DELETE FROM", "UPDATE", "REPLACE", "DELETE "))]

    assert all(line.split()[2] in ("rtcstack.kept", "rtcstack.kept;") for line in changes)


def test_a_strangers_name_cannot_break_out_of_its_literal() -> None:
    assert "DROP" not in SCRIPTS["repair-and-removal"].decode()
    assert b"neill".hex() in SCRIPTS["repair-and-removal"].decode()


def test_without_the_wish_no_stranger_goes() -> None:
    assert "FORGET" not in SCRIPTS["repair"].decode()
