"""A person in coturn's database: the long-term key, and the administrator's hash."""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

import hashlib

from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.sql import text
from rtcstack.services.coturn.schema import NAME


def long_term_key(name: str, realm: str, password: str) -> str:
    """Given a person, return the key of the long-term mechanism in hexadecimal: MD5(user:realm:password), RFC 8489 9.2.2."""
    return hashlib.md5(f"{name}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def admin_hash(password: str, salt: bytes) -> str:
    """Given a password and 8 octets of salt, return what `turnadmin -A` stores: `$5$`, salt, `$`, SHA-256(salt, password)."""
    return f"$5${salt.hex()}${hashlib.sha256(salt + password.encode()).hexdigest()}"


def account(person: Credentials) -> AccountStep:
    """Given a person, return their rows. An administrator's hash is kept for everybody and used only for administrators."""
    name, realm = text(person.name), text(person.realm)
    key = text(long_term_key(person.name, person.realm, person.password))
    # A salt must differ between people and passwords, not be secret; made of what is known, the step stays a pure function.
    salt = hashlib.sha256(f"{person.created}:{person.realm}:{person.name}".encode()).digest()[:8]
    hashed = text(admin_hash(person.password, salt))
    insert = [
        f"REPLACE INTO {NAME}.turnusers_lt (realm, name, hmackey) VALUES ({realm}, {name}, {key})",
        f"REPLACE INTO {NAME}.admin_hash (name, realm, password) VALUES ({name}, {realm}, {hashed})",
    ]
    if person.admin:
        insert.append(f"REPLACE INTO {NAME}.admin_user (name, realm, password) VALUES ({name}, {realm}, {hashed})")
    return AccountStep(
        service="coturn",
        insert=tuple(insert),
        delete=(
            f"DELETE FROM {NAME}.turnusers_lt WHERE realm = {realm} AND name = {name}",
            f"DELETE FROM {NAME}.admin_hash WHERE name = {name}",
            f"DELETE FROM {NAME}.admin_user WHERE name = {name}",
        ),
        names=f"SELECT t.name FROM {NAME}.turnusers_lt t JOIN {NAME}.admin_hash h USING (name) WHERE t.realm = {realm}",
    )
