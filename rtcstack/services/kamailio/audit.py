"""Everybody in kamailio's database at once, compared and put right."""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

from collections.abc import Sequence

from rtcstack.plan.audit import ALIASES, CHOSEN, HA1, Audit, Lack, within
from rtcstack.render.sql import number, text
from rtcstack.services.kamailio.schema import NAME

LACKS = (
    Lack(what="the SIP row of a domain", from_ha1=True),
    Lack(what="the same SIP hash in the rows of all domains"),
    Lack(what="the SIP hash for phones that log in with the domain (name@domain)", serious=False),
)
_LIVE, _SUSPENDED = f"{NAME}.subscriber", f"{NAME}.subscriber_suspended"
_COLUMNS = "username, domain, password, ha1, ha1b"

# Nobody knows what it is the hash of, so nobody can log in with it; the letters that are no digits say that it was lost.
_LOST = "CONCAT('lost', LEFT(LOWER(HEX(RANDOM_BYTES(16))), 28))"


def audit(service: str, domains: Sequence[str]) -> Audit:
    """Given the domains of the people's addresses, return the comparison. Rows of other domains let nobody in."""
    ours = f"domain IN ({', '.join(map(text, domains))})"
    whole, part = text(HA1), within("username")
    rows = " UNION ALL SELECT ".join(text(domain) + " AS domain" * (index == 0) for index, domain in enumerate(domains))
    found = f"username, {ours} AS ours, domain, IF({ours}, ha1, NULL) AS ha1, IF({ours}, ha1b, NULL) AS ha1b"
    return Audit(
        service=service,
        lacks=LACKS,
        kept=(
            "SELECT username, CASE WHEN MAX(live) <> MIN(live) THEN 2 ELSE MAX(live) END,"
            f" CASE WHEN COUNT(DISTINCT IF(ours, domain, NULL)) < {number(len(domains))}"
            f" OR MAX(ha1 NOT REGEXP {whole}) THEN 1 WHEN MAX(ha1) <> MIN(ha1) THEN 2"
            f" WHEN MAX(ha1b NOT REGEXP {whole}) THEN 3 ELSE 0 END,"
            f" IF(MAX(ha1) = MIN(ha1) AND MAX(ha1) REGEXP {whole}, MAX(ha1), '') FROM ("
            f"SELECT {found}, IF({ours}, 1, NULL) AS live FROM {_LIVE} WHERE {part}"
            f" UNION ALL SELECT {found}, IF({ours}, 0, NULL) FROM {_SUSPENDED} WHERE {part}"
            ") AS found GROUP BY username"
        ),
        suspend=(
            f"REPLACE INTO {_SUSPENDED} ({_COLUMNS}) SELECT {_columns('s')} FROM {_LIVE} s JOIN {CHOSEN} c ON c.name = s.username",
            f"DELETE s FROM {_LIVE} s JOIN {CHOSEN} c ON c.name = s.username",
        ),
        resume=(
            (
                f"INSERT IGNORE INTO {_LIVE} ({_COLUMNS}) SELECT {_columns('s')} FROM {_SUSPENDED} s"
                f" JOIN {CHOSEN} c ON c.name = s.username"
            ),
            f"DELETE s FROM {_SUSPENDED} s JOIN {CHOSEN} c ON c.name = s.username",
        ),
        make=tuple(
            f"INSERT INTO {table} ({_COLUMNS}) SELECT c.name, d.domain, '', c.ha1, {_LOST} FROM {CHOSEN} c"
            f" CROSS JOIN (SELECT {rows}) d WHERE c.enabled = {state} ON DUPLICATE KEY UPDATE ha1 = c.ha1"
            for table, state in ((_LIVE, 1), (_SUSPENDED, 0))
        ),
        forget=tuple(
            f"DELETE t FROM {table} t JOIN {CHOSEN} c ON c.name = t.username"
            for table in (_LIVE, _SUSPENDED, f"{NAME}.location", f"{NAME}.location_attrs", f"{NAME}.aliases")
        ),
        aliases=f"SELECT alias, username AS name FROM {NAME}.aliases",
        align=(
            (
                f"DELETE a FROM {NAME}.aliases a LEFT JOIN {ALIASES} r ON r.alias = a.alias AND r.name = a.username"
                " WHERE r.alias IS NULL"
            ),
            (
                f"INSERT INTO {NAME}.aliases (alias, username) SELECT r.alias, r.name FROM {ALIASES} r"
                f" LEFT JOIN {NAME}.aliases a ON a.alias = r.alias WHERE a.alias IS NULL"
            ),
        ),
    )


def _columns(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in _COLUMNS.split(", "))
