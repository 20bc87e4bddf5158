"""Everybody in coturn's database at once, compared and put right."""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

from collections.abc import Sequence

from rtcstack.plan.audit import CHOSEN, HA1, Audit, Lack, within
from rtcstack.render.sql import text
from rtcstack.services.coturn.schema import NAME

LACKS = (
    Lack(what="the TURN key", from_ha1=True),
    Lack(what="the hash for TURN administration", serious=False),
)
_KEYS, _SUSPENDED = f"{NAME}.turnusers_lt", f"{NAME}.turnusers_suspended"


def audit(service: str, realm: str, appoint: Sequence[str]) -> Audit:
    """Given the realm and the upkeep that makes administrators, return the comparison. Rows of other realms let nobody in."""
    ours = f"realm = {text(realm)}"
    part = f"{ours} AND {within('name')}"
    return Audit(
        service=service,
        lacks=LACKS,
        kept=(
            "SELECT name, CASE WHEN MAX(live) AND MAX(away) THEN 2 WHEN MAX(live) THEN 1 WHEN MAX(away) THEN 0 END,"
            f" CASE WHEN MAX(ha1) NOT REGEXP {text(HA1)} THEN 1 WHEN MAX(admin) = 0 THEN 2 ELSE 0 END,"
            f" IF(MAX(ha1) REGEXP {text(HA1)}, MAX(ha1), '') FROM ("
            f"SELECT name, 1 AS live, 0 AS away, 0 AS admin, hmackey AS ha1 FROM {_KEYS} WHERE {part}"
            f" UNION ALL SELECT name, 0, 1, 0, hmackey FROM {_SUSPENDED} WHERE {part}"
            f" UNION ALL SELECT name, 0, 0, 1, '' FROM {NAME}.admin_hash WHERE {part}"
            ") AS found GROUP BY name"
        ),
        suspend=(
            (
                f"REPLACE INTO {_SUSPENDED} (realm, name, hmackey) SELECT k.realm, k.name, k.hmackey FROM {_KEYS} k JOIN {CHOSEN} c"
                f" ON c.name = k.name WHERE k.{ours}"
            ),
            f"DELETE k FROM {_KEYS} k JOIN {CHOSEN} c ON c.name = k.name WHERE k.{ours}",
            f"DELETE a FROM {NAME}.admin_user a JOIN {CHOSEN} c ON c.name = a.name",
        ),
        resume=(
            (
                f"INSERT IGNORE INTO {_KEYS} (realm, name, hmackey) SELECT s.realm, s.name, s.hmackey FROM {_SUSPENDED} s"
                f" JOIN {CHOSEN} c ON c.name = s.name WHERE s.{ours}"
            ),
            f"DELETE s FROM {_SUSPENDED} s JOIN {CHOSEN} c ON c.name = s.name WHERE s.{ours}",
        ),
        make=tuple(
            f"REPLACE INTO {table} (realm, name, hmackey) SELECT {text(realm)}, name, ha1 FROM {CHOSEN} WHERE enabled = {state}"
            for table, state in ((_KEYS, 1), (_SUSPENDED, 0))
        ),
        forget=tuple(
            f"DELETE t FROM {table} t JOIN {CHOSEN} c ON c.name = t.name"
            for table in (_KEYS, _SUSPENDED, f"{NAME}.admin_hash", f"{NAME}.admin_user")
        ),
        admins=f"SELECT name FROM {NAME}.admin_user",
        appoint=(
            *appoint,
            f"DELETE a FROM {NAME}.admin_user a LEFT JOIN {_KEYS} k ON k.{ours} AND k.name = a.name WHERE k.name IS NULL",
        ),
    )
