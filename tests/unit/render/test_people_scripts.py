"""The scripts that change people, whole: what is sent to the database is what is compared here."""

# ruff: noqa: S608 - this text is compared, never sent

from rtcstack.plan.people import AccountStep
from rtcstack.render.people import addition, listing, removal

STEPS = (
    AccountStep(service="one", insert=("DELETE a", "INSERT a"), delete=("DELETE a", "DELETE b"), names="SELECT x FROM a"),
    AccountStep(service="two", insert=("INSERT c",), delete=("DELETE c",), names="SELECT y FROM c"),
)
LOCKED = """\
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
DELIMITER //
BEGIN NOT ATOMIC {declare}
IF COALESCE(GET_LOCK(_utf8mb4 X'727463737461636b2e70656f706c65', 20), 0) <> 1 THEN SELECT _utf8mb4 X'62757379';
ELSE START TRANSACTION;
{body}END IF;
END//
"""
ROLAND = "_utf8mb4 X'726f6c616e64'"


def test_a_person_is_added_in_one_transaction_unless_whole_already() -> None:
    assert addition(STEPS, "roland").decode() == LOCKED.format(
        declare="",
        body=(
            f"IF (WITH everybody (name) AS (SELECT x FROM a) SELECT COUNT(*) FROM everybody WHERE name = {ROLAND}) > 0"
            f" AND (WITH everybody (name) AS (SELECT y FROM c) SELECT COUNT(*) FROM everybody WHERE name = {ROLAND}) > 0"
            " THEN ROLLBACK; SELECT _utf8mb4 X'657869737473';\n"
            "ELSE DELETE a;\nINSERT a;\nINSERT c;\n"
            "COMMIT; SELECT _utf8mb4 X'646f6e65';\n"
            "END IF;\n"
        ),
    )


def test_a_person_is_removed_in_one_transaction_that_counts_what_went() -> None:
    assert removal(STEPS).decode() == LOCKED.format(
        declare="DECLARE rows_gone INT DEFAULT 0;",
        body=(
            "DELETE a;\nSET rows_gone = rows_gone + ROW_COUNT();\n"
            "DELETE b;\nSET rows_gone = rows_gone + ROW_COUNT();\n"
            "DELETE c;\nSET rows_gone = rows_gone + ROW_COUNT();\n"
            "COMMIT; IF rows_gone = 0 THEN SELECT _utf8mb4 X'616273656e74'; ELSE SELECT _utf8mb4 X'646f6e65'; END IF;\n"
        ),
    )


def test_everybody_is_counted_over_all_services() -> None:
    assert listing(STEPS) == (
        b"WITH everybody (name) AS ((SELECT x FROM a) UNION ALL (SELECT y FROM c))"
        b" SELECT name, COUNT(*) FROM everybody GROUP BY name ORDER BY name;\n"
    )
