"""Scripts for the database client that change or list people: each change is one block and one transaction.

A block is sent whole or refused whole: a script that was cut off in the middle is a syntax error and changes nothing. It holds
a named lock, so that two of us wait for each other wherever they run, and answers with one word that tells what came of it.
"""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

from collections.abc import Sequence
from enum import StrEnum

from rtcstack.plan.people import AccountStep
from rtcstack.render.sql import number, text

LOCK = "rtcstack.people"
PATIENCE = 20
"""Seconds to wait for another who changes people."""


class Outcome(StrEnum):
    """What a script answers."""

    DONE = "done"
    EXISTS = "exists"
    ABSENT = "absent"
    BUSY = "busy"


def _block(*body: str, declare: str = "") -> bytes:
    # READ COMMITTED: no gaps are locked between other people's rows, which the servers write at the same time.
    lines = (
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;",
        "DELIMITER //",
        f"BEGIN NOT ATOMIC {declare}",
        f"IF COALESCE(GET_LOCK({text(LOCK)}, {number(PATIENCE)}), 0) <> 1 THEN {_answer(Outcome.BUSY)};",
        "ELSE START TRANSACTION;",
        *(f"{statement};" for statement in body),
        "END IF;",
        "END//",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _answer(outcome: Outcome) -> str:
    return f"SELECT {text(outcome)}"


def _is_there(step: AccountStep, name: str) -> str:
    return f"(WITH everybody (name) AS ({step.names}) SELECT COUNT(*) FROM everybody WHERE name = {text(name)}) > 0"


def addition(steps: Sequence[AccountStep], name: str) -> bytes:
    """Given how each service keeps a person, return the script that adds them: `done`, `exists` (nothing changed) or `busy`."""
    return _block(
        f"IF {' AND '.join(_is_there(step, name) for step in steps)} THEN ROLLBACK; {_answer(Outcome.EXISTS)}",
        "ELSE " + ";\n".join(statement for step in steps for statement in step.insert),
        f"COMMIT; {_answer(Outcome.DONE)}",
        "END IF",
    )


def removal(steps: Sequence[AccountStep]) -> bytes:
    """Given how each service keeps a person, return the script that removes all of it: `done`, `absent` or `busy`."""
    return _block(
        *(line for step in steps for statement in step.delete for line in (statement, "SET rows_gone = rows_gone + ROW_COUNT()")),
        f"COMMIT; IF rows_gone = 0 THEN {_answer(Outcome.ABSENT)}; ELSE {_answer(Outcome.DONE)}; END IF",
        declare="DECLARE rows_gone INT DEFAULT 0;",
    )


def listing(steps: Sequence[AccountStep]) -> bytes:
    """Given how each service keeps anybody, return the script that yields each name and the number of services that have it."""
    everybody = " UNION ALL ".join(f"({step.names})" for step in steps)
    return f"WITH everybody (name) AS ({everybody}) SELECT name, COUNT(*) FROM everybody GROUP BY name ORDER BY name;\n".encode()
