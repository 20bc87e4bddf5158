"""The database `coturn`: the tables that coturn reads (its schema.sql), and two of ours.

coturn reads and never writes: its user has SELECT alone. Names compare by their bytes, so that no two people collate as one.
`admin_hash` keeps everybody's administrator hash, so that who administers follows `admins` in the file without a new password.
`turnusers_suspended` keeps the keys of those who must not log in for now, where coturn does not look.
"""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

from collections.abc import Sequence

from rtcstack.plan.database import DatabaseRequest, Migration
from rtcstack.render.sql import text

NAME = "coturn"

_TABLES = (
    "turnusers_lt (realm VARCHAR(127) DEFAULT '', name VARCHAR(512), hmackey CHAR(128), PRIMARY KEY (realm, name))",
    "turn_secret (realm VARCHAR(127) DEFAULT '', value VARCHAR(256), PRIMARY KEY (realm, value))",
    "allowed_peer_ip (realm VARCHAR(127) DEFAULT '', ip_range VARCHAR(256), PRIMARY KEY (realm, ip_range))",
    "denied_peer_ip (realm VARCHAR(127) DEFAULT '', ip_range VARCHAR(256), PRIMARY KEY (realm, ip_range))",
    "turn_origin_to_realm (origin VARCHAR(127), realm VARCHAR(127), PRIMARY KEY (origin))",
    "turn_realm_option (realm VARCHAR(127) DEFAULT '', opt VARCHAR(32), value VARCHAR(128), PRIMARY KEY (realm, opt))",
    (
        "oauth_key (kid VARCHAR(128), ikm_key VARCHAR(256), timestamp BIGINT DEFAULT 0, lifetime INTEGER DEFAULT 0, "
        "as_rs_alg VARCHAR(64) DEFAULT '', realm VARCHAR(127), PRIMARY KEY (kid))"
    ),
    "admin_user (name VARCHAR(64), realm VARCHAR(127), password VARCHAR(127), PRIMARY KEY (name))",
    "admin_hash (name VARCHAR(64), realm VARCHAR(127), password VARCHAR(127), PRIMARY KEY (name))",
)
_SUSPENDED = "turnusers_suspended (realm VARCHAR(127) DEFAULT '', name VARCHAR(512), hmackey CHAR(128), PRIMARY KEY (realm, name))"
_SUFFIX = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"


def database(admins: Sequence[str]) -> DatabaseRequest:
    """Given who administers, return the request for the database with its tables and upkeep."""
    return DatabaseRequest(
        name=NAME,
        privileges=("SELECT",),
        migrations=(_migration(1, *_TABLES), _migration(2, _SUSPENDED)),
        upkeep=_upkeep(admins),
    )


def _migration(version: int, *tables: str) -> Migration:
    made = ";\n".join(f"CREATE TABLE IF NOT EXISTS {table} {_SUFFIX}" for table in tables)
    return Migration(version=version, sql=f"{made};\n")


def _upkeep(admins: Sequence[str]) -> tuple[str, ...]:
    if not admins:
        return (f"DELETE FROM {NAME}.admin_user",)
    names = ", ".join(text(name) for name in sorted(admins))
    # Who is suspended does not administer either, whatever the file says.
    return (
        f"DELETE FROM {NAME}.admin_user WHERE name NOT IN ({names})",
        (
            f"REPLACE INTO {NAME}.admin_user (name, realm, password) "
            f"SELECT h.name, h.realm, h.password FROM {NAME}.admin_hash h "
            f"JOIN {NAME}.turnusers_lt k ON k.realm = h.realm AND k.name = h.name WHERE h.name IN ({names})"
        ),
    )
