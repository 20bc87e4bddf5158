"""What a service knows about everybody, as SQL over whole tables: to be compared with who should exist, and put right.

Who should exist says the database `rtcstack`. Statements that put something right read the names that they are for from the
temporary table `CHOSEN`, which the people workflow fills, and may be repeated.
"""

from dataclasses import dataclass

PEOPLE, ALIASES = "rtcstack.people", "rtcstack.aliases"
"""Who exists: people(name, enabled 1 or 0), aliases(alias, name)."""

CHOSEN = "rtcstack.chosen"
"""name, enabled (1 or 0, as it should be), ha1 (MD5(name:realm:password) in hexadecimal, "" if nobody knows it)."""

LOW, HIGH = "low_name", "high_name"
"""Variables of the script: the part of all names that is compared at a time, without the first and with the last."""

HA1 = r"^[0-9a-f]{32}\z"
"""Regular expression of what `ha1` is when it is whole."""


def within(column: str) -> str:
    """Given a column of names, return the SQL condition that it lies in the part that is compared."""
    return f"{column} > {LOW} AND {column} <= {HIGH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something that the rows of a person can lack. `serious`: they cannot log in. `from_ha1`: can be made from HA1."""

    what: str
    serious: bool = True
    from_ha1: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """How one service's rows are compared with who should exist.

    `kept` is a SELECT with one row for every name `within` the part that has anything here: name; state (1 enabled, 0
    suspended, 2 both, NULL no account); lack (0 nothing, n the nth of `lacks`, the worst first); HA1 (RFC 7616, and the TURN
    key of RFC 8489), "" if the service does not know it. A name without any row lacks the first of `lacks`.
    `aliases` is a SELECT of the columns alias and name, `admins` one of the name of those who administer here; "" where there
    is no such thing.
    `suspend`, `resume`, `make` (rows from HA1) and `forget` (everything) are for the people in `CHOSEN`; `align` makes the
    aliases those of `ALIASES`; `appoint` makes the administrators those that the file says.
    """

    service: str
    kept: str
    lacks: tuple[Lack, ...]
    suspend: tuple[str, ...]
    resume: tuple[str, ...]
    forget: tuple[str, ...]
    make: tuple[str, ...] = ()
    aliases: str = ""
    align: tuple[str, ...] = ()
    admins: str = ""
    appoint: tuple[str, ...] = ()
