"""Scripts for the database client that compare what services keep with who exists, and that put it right.

The database does the comparing, over whole tables; only differences come back, as rows: kind, service, name, detail. Names and
details are hexadecimal, for they may hold anything. What is put right is decided anew in the transaction that does it, so that
it fits the people of that moment, whatever was seen before.
"""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

from collections.abc import Iterator, Sequence
from enum import StrEnum

from rtcstack.plan.audit import ALIASES, CHOSEN, HIGH, LOW, PEOPLE, Audit, within
from rtcstack.render.people import LOCK, PATIENCE, Outcome
from rtcstack.render.sql import number, text

KEPT = "rtcstack.kept"
"""What all services keep, for the time of one script: service, name, state, lack, ha1."""
LONGEST = 700
"""Characters of a name; no client can log in with a longer one."""
PART = 1000
"""People who are compared at a time."""
_END_OF_NAMES = "\U0010ffff" * 4
_NAMES = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"


class Kind(StrEnum):
    """What can be found. The detail of each stands behind it."""

    MISSING = "missing"
    """No row in this service; 1 if HA1 is known from another one."""
    LACK = "lack"
    """Number of the lack, blank, 1 if HA1 is known."""
    STATE = "state"
    """As it should be (1 enabled, 0 suspended), blank, as it is (2: both)."""
    UNKNOWN = "unknown"
    """Somebody who is not among the people; 1 if whole, and the same, in every service."""
    PASSWORD = "password"  # noqa: S105 - a word
    """This service has the HA1 of another password than the service in detail."""
    ALIAS_MISSING = "alias-missing"
    """Name is an alias, detail whose."""
    ALIAS_EXTRA = "alias-extra"
    """Name is an alias, detail whom it leads to."""
    ALIAS_ORPHAN = "alias-orphan"
    """Name is an alias, detail the person who does not exist."""
    ALIAS_TAKEN = "alias-taken"
    """Name is an alias and a person, detail whose alias."""
    ADMIN_MISSING = "admin-missing"
    ADMIN_EXTRA = "admin-extra"
    ENDING = "ending"
    """Sessions that must still be ended."""
    NOBODY = "nobody"
    """In `admins` of the file, but no such person."""
    PEOPLE = "people"
    """Detail: how many people there are."""


def comparison(audits: Sequence[Audit], admins: Sequence[str]) -> bytes:
    """Given how services keep people and who administers, return the script that yields every difference; or `busy`."""
    return _block(
        *_parts(audits, (*(question for audit in audits for question in _of_names(audit)), _strangers(audits), _PASSWORDS)),
        *(question for audit in audits for question in _of_service(audit, admins)),
        *_of_all(admins),
        "COMMIT",
    )


def repair(audits: Sequence[Audit], unknown: Sequence[str] = (), adopted: Sequence[str] = ()) -> bytes:
    """Given how services keep people, return the script that puts right what can be made from what is there: `done` or `busy`.

    `unknown` are strangers whose rows go; whoever is one of the people by then stays. `adopted` are strangers who become people
    as they are, if they are still whole in every service. Who was let in and should not be is put on the list of those whose
    sessions end.
    """
    repairs = [statement for audit in audits for statement in _repair_of(audit)]
    return _block(
        *_parts(audits, [*(_adoption(audits, adopted) if adopted else ()), *repairs]),
        f"DELETE a FROM {ALIASES} a LEFT JOIN {PEOPLE} p ON p.name = a.name WHERE p.name IS NULL",
        *(statement for audit in audits for statement in (*audit.align, *audit.appoint)),
        *(_removal(audits, unknown) if unknown else ()),
        f"COMMIT; SELECT {text(Outcome.DONE)}",
    )


def _block(*body: str) -> bytes:
    # READ COMMITTED: what servers write at the same time is not locked. Our own changes wait for the named lock.
    lines = (
        "USE rtcstack;",  # DELETE with an alias wants some database, though it uses another.
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;",
        "DELIMITER //",
        f"BEGIN NOT ATOMIC DECLARE {LOW}, {HIGH} VARCHAR({LONGEST}) {_NAMES} DEFAULT '';",
        f"IF COALESCE(GET_LOCK({text(LOCK)}, {number(PATIENCE)}), 0) <> 1 THEN SELECT {text(Outcome.BUSY)};",
        "ELSE START TRANSACTION;",
        *(f"{statement};" for statement in body),
        "END IF;",
        "END//",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _parts(audits: Sequence[Audit], statements: Sequence[str]) -> Iterator[str]:
    # Part by part, so that neither memory nor temporary files grow with the number of people.
    yield (
        f"CREATE TEMPORARY TABLE {KEPT} (service VARCHAR(32) NOT NULL, name VARCHAR({LONGEST}) NOT NULL, state TINYINT,"
        f" lack TINYINT NOT NULL, ha1 CHAR(32) NOT NULL, PRIMARY KEY (name, service)) ENGINE=InnoDB {_NAMES}"
    )
    yield (
        f"CREATE TEMPORARY TABLE {CHOSEN} (name VARCHAR({LONGEST}) NOT NULL, enabled TINYINT NOT NULL, ha1 CHAR(32) NOT NULL,"
        f" PRIMARY KEY (name)) ENGINE=InnoDB {_NAMES}"
    )
    last = f"SELECT name FROM {PEOPLE} WHERE name > {LOW} ORDER BY name LIMIT 1 OFFSET {number(PART - 1)}"
    yield f"parts: LOOP SET {HIGH} = COALESCE(({last}), {text(_END_OF_NAMES)})"
    yield f"DELETE FROM {KEPT}"
    for audit in audits:
        yield (
            f"INSERT INTO {KEPT} (service, name, state, lack, ha1) WITH found (name, state, lack, ha1) AS ({audit.kept})"
            f" SELECT {text(audit.service)}, LEFT(name, {LONGEST}), MAX(state), MIN(lack), MAX(ha1) FROM found"
            f" GROUP BY LEFT(name, {LONGEST})"
        )
    yield from statements
    yield f"IF {HIGH} = {text(_END_OF_NAMES)} THEN LEAVE parts; END IF"
    yield f"SET {LOW} = {HIGH}"
    yield "END LOOP parts"


def _row(kind: Kind, service: str, name: str, detail: str = "''") -> str:
    # As text: HEX of a number would be the number in hexadecimal.
    return f"SELECT {text(kind)}, {text(service)}, HEX({name}), HEX(CONCAT('', {detail}))"


def _ours(audit: Audit) -> str:
    part = within("p.name")
    return f"{PEOPLE} p LEFT JOIN {KEPT} k ON k.service = {text(audit.service)} AND k.name = p.name WHERE {part}"


def _of_names(audit: Audit) -> Iterator[str]:
    service = audit.service
    known = f"(SELECT COUNT(DISTINCT h.ha1) = 1 FROM {KEPT} h WHERE h.name = p.name AND h.ha1 <> '')"
    lack = f"CONCAT(k.lack, ' ', {known})"
    yield f"{_row(Kind.MISSING, service, 'p.name', known)} FROM {_ours(audit)} AND k.name IS NULL"
    yield f"{_row(Kind.LACK, service, 'p.name', lack)} FROM {_ours(audit)} AND k.lack > 0"
    states = "CONCAT(p.enabled, ' ', k.state)"
    yield f"{_row(Kind.STATE, service, 'p.name', states)} FROM {_ours(audit)} AND k.state <> p.enabled"


def _strangers(audits: Sequence[Audit]) -> str:
    return (
        f"SELECT {text(Kind.UNKNOWN)}, k.service, HEX(k.name), HEX((SELECT {_whole(audits)} FROM {KEPT} h WHERE h.name = k.name))"
        f" FROM {KEPT} k LEFT JOIN {PEOPLE} p ON p.name = k.name WHERE p.name IS NULL"
    )


def _whole(audits: Sequence[Audit]) -> str:
    return (
        f"CONCAT('', COUNT(h.state) = {number(len(audits))} AND MIN(h.state) = MAX(h.state) AND MAX(h.state) < 2"
        " AND MAX(h.lack) = 0 AND COUNT(DISTINCT NULLIF(h.ha1, '')) = 1)"
    )


_PASSWORDS = (
    f"SELECT {text(Kind.PASSWORD)}, a.service, HEX(a.name), HEX(b.service) FROM {KEPT} a JOIN {KEPT} b"
    f" ON b.name = a.name AND b.service > a.service JOIN {PEOPLE} p ON p.name = a.name"
    " WHERE a.ha1 <> '' AND b.ha1 <> '' AND a.ha1 <> b.ha1"
)


def _of_service(audit: Audit, admins: Sequence[str]) -> Iterator[str]:
    service = audit.service
    if audit.aliases:
        same = "o.alias = r.alias AND o.name = r.name"
        yield (
            f"{_row(Kind.ALIAS_MISSING, service, 'r.alias', 'r.name')} FROM {ALIASES} r JOIN {PEOPLE} p ON p.name = r.name"
            f" LEFT JOIN ({audit.aliases}) o ON {same} WHERE o.alias IS NULL"
        )
        yield (
            f"{_row(Kind.ALIAS_EXTRA, service, 'o.alias', 'o.name')} FROM ({audit.aliases}) o"
            f" LEFT JOIN {ALIASES} r ON {same} WHERE r.alias IS NULL"
        )
    if audit.admins:
        should = f"{PEOPLE} p WHERE p.enabled = 1 AND p.name IN ({_list(admins)})"
        yield (
            f"{_row(Kind.ADMIN_MISSING, service, 'p.name')} FROM {should} AND p.name NOT IN (SELECT a.name FROM ({audit.admins}) a)"
        )
        yield (
            f"{_row(Kind.ADMIN_EXTRA, service, 'a.name')} FROM ({audit.admins}) a WHERE a.name NOT IN (SELECT p.name FROM {should})"
        )


def _of_all(admins: Sequence[str]) -> Iterator[str]:
    orphan = f"{ALIASES} a LEFT JOIN {PEOPLE} p ON p.name = a.name WHERE p.name IS NULL"
    yield f"{_row(Kind.ALIAS_ORPHAN, '', 'a.alias', 'a.name')} FROM {orphan}"
    yield f"{_row(Kind.ALIAS_TAKEN, '', 'a.alias', 'a.name')} FROM {ALIASES} a JOIN {PEOPLE} p ON p.name = a.alias"
    yield f"{_row(Kind.ENDING, '', 'name')} FROM rtcstack.endings"
    for name in sorted(admins):
        yield f"{_row(Kind.NOBODY, '', text(name))} FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM {PEOPLE} WHERE name = {text(name)})"
    yield f"{_row(Kind.PEOPLE, '', text(''), 'COUNT(*)')} FROM {PEOPLE}"


def _repair_of(audit: Audit) -> Iterator[str]:
    # What is moved first is whole then: rows made from HA1 alone know less than those that were there.
    yield from _for(f"FROM {_ours(audit)} AND p.enabled = 0 AND k.state <> 0", audit.suspend)
    yield f"{_END} {_AGAIN}"
    yield from _for(f"FROM {_ours(audit)} AND p.enabled = 1 AND k.state <> 1", audit.resume)
    if audit.make:
        lacks = ", ".join(number(index) for index, lack in enumerate(audit.lacks, 1) if lack.from_ha1)
        one = "HAVING COUNT(DISTINCT h.ha1) = 1"
        known = f"(SELECT MAX(h.ha1) FROM {KEPT} h WHERE h.name = p.name AND h.ha1 <> '' {one})"
        yield from _for(f"FROM {_ours(audit)} AND COALESCE(k.lack, 1) IN ({lacks}) HAVING ha1 IS NOT NULL", audit.make, ha1=known)


def _adoption(audits: Sequence[Audit], adopted: Sequence[str]) -> Iterator[str]:
    yield (
        f"INSERT INTO {PEOPLE} (name, enabled, created, changed)"
        f" SELECT h.name, MAX(h.state), UNIX_TIMESTAMP(), UNIX_TIMESTAMP() FROM {KEPT} h LEFT JOIN {PEOPLE} p ON p.name = h.name"
        f" LEFT JOIN {ALIASES} a ON a.alias = h.name WHERE p.name IS NULL AND a.alias IS NULL AND h.name IN ({_list(adopted)})"
        f" GROUP BY h.name HAVING {_whole(audits)}"
    )


def _removal(audits: Sequence[Audit], unknown: Sequence[str]) -> Iterator[str]:
    yield f"DELETE FROM {CHOSEN}"
    yield f"INSERT INTO {CHOSEN} (name, enabled, ha1) VALUES {', '.join(f'({text(name)}, 0, {_EMPTY})' for name in unknown)}"
    yield f"DELETE c FROM {CHOSEN} c JOIN {PEOPLE} p ON p.name = c.name"
    yield from (statement for audit in audits for statement in audit.forget)
    yield f"{_END} WHERE name REGEXP {text(_SAFE)} {_AGAIN}"


_EMPTY = "''"
_NOW = "CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS INT)"
_END = f"INSERT INTO rtcstack.endings (name, since) SELECT name, {_NOW} FROM {CHOSEN}"
_AGAIN = f"ON DUPLICATE KEY UPDATE since = {_NOW}"
_SAFE = r"^[a-z0-9._-]{1,64}\z"
"""A stranger's name may have a newline in it, and be read as somebody else's where one stands on each line."""


def _for(source: str, statements: Sequence[str], *, ha1: str = _EMPTY) -> Iterator[str]:
    yield f"DELETE FROM {CHOSEN}"
    yield f"INSERT INTO {CHOSEN} (name, enabled, ha1) SELECT p.name, p.enabled, {ha1} AS ha1 {source}"
    yield from statements


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(text, names)) if names else "NULL"
