"""A person in coturn's database: the long-term key, and the administrator's hash."""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

import hashlib
import os
import re

from rtcstack.errors import RequestError
from rtcstack.plan.people import AccountStep, Credentials, Hashes
from rtcstack.render.sql import text
from rtcstack.services.coturn.schema import NAME

KEYS, SUSPENDED = f"{NAME}.turnusers_lt", f"{NAME}.turnusers_suspended"
_SHAPES = {"hmackey": re.compile(r"[0-9a-f]{32}"), "admin": re.compile(r"\$5\$[0-9a-f]{16}\$[0-9a-f]{64}")}
"""What is exported of a person: the long-term key, and the hash for the administrator's page."""


def long_term_key(name: str, realm: str, password: str) -> str:
    """Given a person, return the key of the long-term mechanism in hexadecimal: MD5(user:realm:password), RFC 8489 9.2.2."""
    return hashlib.md5(f"{name}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def admin_hash(password: str, salt: bytes) -> str:
    """Given a password and 8 octets of salt, return what `turnadmin -A` stores: `$5$`, salt, `$`, SHA-256(salt, password)."""
    return f"$5${salt.hex()}${hashlib.sha256(salt + password.encode()).hexdigest()}"


def account(service: str, person: Credentials) -> AccountStep:
    """Given a person, return their rows. An administrator's hash is kept for everybody and used only for administrators.

    Raise RequestError for hashes that are not coturn's.
    """
    name, realm = text(person.name), text(person.realm)
    whose = f"realm = {realm} AND name = {name}"
    # Whoever may log in again may administer again.
    appoint = (
        f"REPLACE INTO {NAME}.admin_user (name, realm, password) SELECT h.name, h.realm, h.password FROM {NAME}.admin_hash h"
        f" JOIN {KEYS} k ON k.realm = h.realm AND k.name = h.name WHERE h.name = {name}"
    )
    return AccountStep(
        service=service,
        insert=_insert(service, person) if person.proven else (),
        suspend=(
            f"REPLACE INTO {SUSPENDED} (realm, name, hmackey) SELECT realm, name, hmackey FROM {KEYS} WHERE {whose}",
            f"DELETE FROM {KEYS} WHERE {whose}",
            f"DELETE FROM {NAME}.admin_user WHERE name = {name}",
        ),
        resume=(
            f"INSERT IGNORE INTO {KEYS} (realm, name, hmackey) SELECT realm, name, hmackey FROM {SUSPENDED} WHERE {whose}",
            f"DELETE FROM {SUSPENDED} WHERE {whose}",
            appoint if person.admin else f"DELETE FROM {NAME}.admin_user WHERE name = {name}",
        ),
        delete=(
            f"DELETE FROM {KEYS} WHERE {whose}",
            f"DELETE FROM {SUSPENDED} WHERE {whose}",
            f"DELETE FROM {NAME}.admin_hash WHERE name = {name}",
            f"DELETE FROM {NAME}.admin_user WHERE name = {name}",
        ),
        states=" UNION ALL ".join(
            f"SELECT k.name, {state} FROM {table} k JOIN {NAME}.admin_hash h ON h.name = k.name WHERE k.realm = {realm}"
            for table, state in ((KEYS, 1), (SUSPENDED, 0))
        ),
        hashes=(
            f"SELECT k.name, JSON_OBJECT('hmackey', k.hmackey, 'admin', h.password) FROM ("
            f"SELECT name, hmackey FROM {KEYS} WHERE {whose} UNION ALL SELECT name, hmackey FROM {SUSPENDED} WHERE {whose} LIMIT 1"
            f") k JOIN {NAME}.admin_hash h ON h.name = k.name"
        ),
    )


def _insert(service: str, person: Credentials) -> tuple[str, ...]:
    name, realm = text(person.name), text(person.realm)
    if person.password:
        key = long_term_key(person.name, person.realm, person.password)
        hashed = admin_hash(person.password, os.urandom(8))
    else:
        found = person.hashes.get(service, {})
        _check(found)
        key, hashed = found["hmackey"], found["admin"]
    rows = (
        f"DELETE FROM {SUSPENDED} WHERE realm = {realm} AND name = {name}",
        f"REPLACE INTO {KEYS} (realm, name, hmackey) VALUES ({realm}, {name}, {text(key)})",
        f"REPLACE INTO {NAME}.admin_hash (name, realm, password) VALUES ({name}, {realm}, {text(hashed)})",
    )
    if not person.admin:
        return rows
    return (*rows, f"REPLACE INTO {NAME}.admin_user (name, realm, password) VALUES ({name}, {realm}, {text(hashed)})")


def _check(found: Hashes) -> None:
    wrong = sorted(key for key, shape in _SHAPES.items() if not shape.fullmatch(found.get(key, "")))
    if wrong or set(found) != set(_SHAPES):
        raise RequestError(
            f"these are not the hashes of a TURN account: {', '.join(wrong) or 'something'} does not belong there",
            hint="Use a file that `rtcstack export-users --hashes` wrote.",
        )
