"""Scripts for many people: the whole text, and that putting statements together changes nothing of what they do."""

# ruff: noqa: S608 - this text is compared, or runs in a database of this process

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.people_bulk import Newcomer, addition, merged, stored, who_is

HEAD = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;\nDELIMITER //\nBEGIN NOT ATOMIC\n"
LOCKED = (
    HEAD + "IF COALESCE(GET_LOCK(_utf8mb4 X'727463737461636b2e70656f706c65', 20), 0) <> 1 THEN SELECT _utf8mb4 X'62757379'; ELSE\n"
)
ADA, BO, EXTENSION = "_utf8mb4 X'616461'", "_utf8mb4 X'626f'", "_utf8mb4 X'38303031'"


def step(number: int, name: str) -> AccountStep:
    return AccountStep(
        service="one",
        insert=(f"DELETE FROM a WHERE x = {name}", f"INSERT INTO a (x, y) VALUES ({name}, {number}), ({name}, '')"),
        suspend=(f"UPDATE a SET y = 0 WHERE x = {name}",),
        resume=(),
        delete=(),
        states="",
        hashes=f"SELECT x, y FROM a WHERE x = {name}",
        aliases=(f"INSERT INTO b VALUES ({name})",),
    )


def test_people_are_added_in_one_transaction_unless_a_name_or_alias_is_taken() -> None:
    ada = Credentials(name="ada", realm="falcot.com", password="secret", aliases=("8001",), created=7)
    bo = Credentials(name="bo", realm="falcot.com", password="secret", created=7)
    script = addition([Newcomer(person=ada, steps=(step(1, ADA),)), Newcomer(person=bo, steps=(step(2, BO),), enabled=False)])

    assert script.decode() == (
        f"{LOCKED}"
        f"START TRANSACTION; IF (SELECT COUNT(*) FROM rtcstack.people WHERE name IN ({ADA}, {EXTENSION}, {BO}))"
        f" + (SELECT COUNT(*) FROM rtcstack.aliases WHERE alias IN ({ADA}, {EXTENSION}, {BO})) > 0"
        " THEN ROLLBACK; SELECT _utf8mb4 X'657869737473';\n"
        f"ELSE INSERT INTO rtcstack.people (name, enabled, created, changed) VALUES ({ADA}, 1, 7, 7), ({BO}, 0, 7, 7);\n"
        f"INSERT INTO rtcstack.aliases (alias, name) VALUES ({EXTENSION}, {ADA});\n"
        f"DELETE FROM a WHERE x = {ADA};\n"
        f"DELETE FROM a WHERE x = {BO};\n"
        f"INSERT INTO a (x, y) VALUES ({ADA}, 1), ({ADA}, ''), ({BO}, 2), ({BO}, '');\n"
        f"INSERT INTO b VALUES ({ADA}), ({BO});\n"
        f"UPDATE a SET y = 0 WHERE x = {BO};\n"
        "COMMIT; SELECT _utf8mb4 X'646f6e65';\n"
        "END IF;\n"
        "END IF;\n"
        "END//\n"
    )


def test_questions_about_many_are_one_block_each() -> None:
    assert who_is(["ada"], ["8001"]).decode() == (
        f"{LOCKED}"
        f"SELECT 'person', name, enabled FROM rtcstack.people WHERE name IN ({ADA}, {EXTENSION});\n"
        f"SELECT 'alias', alias, name FROM rtcstack.aliases WHERE alias IN ({ADA}, {EXTENSION});\n"
        f"SELECT 'alias', alias, name FROM rtcstack.aliases WHERE name IN ({ADA});\n"
        "END IF;\nEND//\n"
    )
    assert stored([(step(1, ADA),), (step(2, BO),)]).decode() == (
        f"{HEAD}"
        f"SELECT _utf8mb4 X'6f6e65', stored.* FROM (SELECT x, y FROM a WHERE x = {ADA}) AS stored;\n"
        f"SELECT _utf8mb4 X'6f6e65', stored.* FROM (SELECT x, y FROM a WHERE x = {BO}) AS stored;\n"
        "END//\n"
    )


KEYS = st.integers(min_value=0, max_value=4)
STATEMENT = st.one_of(
    st.tuples(st.sampled_from("ab"), KEYS).map(lambda it: ("DELETE", *it)),
    st.tuples(st.sampled_from("ab"), KEYS).map(lambda it: ("REPLACE", *it)),
    st.tuples(st.sampled_from("ab"), KEYS).map(lambda it: ("UPDATE", *it)),
)


def typed(person: int, kind: str, table: str, key: int) -> str:
    if kind == "DELETE":
        return f"DELETE FROM {table} WHERE p = {person} AND k = {key}"
    if kind == "REPLACE":
        return f"REPLACE INTO {table} (p, k, n) VALUES ({person}, {key}, 0), ({person}, 9, 0)"
    return f"UPDATE {table} SET n = n + 1 WHERE p = {person}"


def outcome(statements: list[str]) -> list[tuple[object, ...]]:
    database = sqlite3.connect(":memory:")
    try:
        for table in "ab":
            database.execute(f"CREATE TABLE {table} (p, k, n, PRIMARY KEY (p, k))")
        for statement in statements:
            database.execute(statement)
        return database.execute("SELECT 'a', * FROM a UNION ALL SELECT 'b', * FROM b ORDER BY 1, 2, 3").fetchall()
    finally:
        database.close()


@given(st.lists(st.lists(STATEMENT, max_size=5), max_size=4))
def test_statements_put_together_do_the_same(drawn: list[list[tuple[str, str, int]]]) -> None:
    people = [[typed(person, *statement) for statement in statements] for person, statements in enumerate(drawn)]

    assert outcome(list(merged(people))) == outcome([statement for statements in people for statement in statements])


def test_only_rows_of_literals_are_put_together() -> None:
    for statement in (
        "INSERT INTO a (x) VALUES (1) ON DUPLICATE KEY UPDATE x = VALUES(x)",
        "INSERT INTO a (x) SELECT 1",
        "INSERT INTO a (x) VALUES (NOW())",
        "DELETE FROM a WHERE x = 1",
    ):
        assert list(merged([[statement], [statement]])) == [statement, statement]
    assert list(merged([["REPLACE INTO `a`.`b` (x) VALUES (1)"], ["INSERT INTO `a`.`b` (x) VALUES (NULL)"]])) == [
        "REPLACE INTO `a`.`b` (x) VALUES (1)",
        "INSERT INTO `a`.`b` (x) VALUES (NULL)",
    ]
