"""A person as rows of `subscriber`: HA1 only, never the password (RFC 7616 section 3.4.2, algorithm MD5 as phones know it).

HA1 is bound to the realm, which is the main domain, whatever alias a phone was set up with. Phones log in as `roland`, which
HA1 serves, or as `roland@alias`, which has its own hash, HA1B: one row for each domain holds it.
"""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

import hashlib
import re

from rtcstack.errors import RequestError
from rtcstack.plan.people import AccountStep, Credentials, Hashes
from rtcstack.render.sql import number, text

_TABLE, _SUSPENDED = "`kamailio`.`subscriber`", "`kamailio`.`subscriber_suspended`"
_PHONES, _ATTRIBUTES = "`kamailio`.`location`", "`kamailio`.`location_attrs`"
_ALIASES = "`kamailio`.`aliases`"
_COLUMNS = "`username`, `domain`, `password`, `ha1`, `ha1b`"
_HASH = re.compile(r"[0-9a-f]{32}")
_HA1, _HA1B = "ha1", "ha1b:"


def ha1(username: str, realm: str, password: str) -> str:
    """Given a digest user name, return MD5(username:realm:password) in hexadecimal."""
    return hashlib.md5(f"{username}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def account(service: str, domains: tuple[str, ...], person: Credentials) -> AccountStep:
    """Given the domains of the people's addresses, the main one first, return how kamailio keeps this person.

    Hashes are `ha1`, and `ha1b:DOMAIN` for each domain. Raise RequestError for others.
    """
    name = text(person.name)
    whose = f"WHERE `username` = {name}"
    ours = f"`domain` IN ({', '.join(map(text, domains))})"
    aliases = ", ".join(f"({text(alias)}, {name})" for alias in person.aliases)
    return AccountStep(
        service=service,
        insert=_insert(service, domains, person) if person.proven else (),
        suspend=(
            f"REPLACE INTO {_SUSPENDED} ({_COLUMNS}) SELECT {_COLUMNS} FROM {_TABLE} {whose}",
            f"DELETE FROM {_TABLE} {whose}",
            # A server that runs forgets them by its own means; one that does not must not begin with them.
            f"DELETE FROM {_PHONES} {whose}",
        ),
        resume=(
            f"INSERT IGNORE INTO {_TABLE} ({_COLUMNS}) SELECT {_COLUMNS} FROM {_SUSPENDED} {whose}",
            f"DELETE FROM {_SUSPENDED} {whose}",
        ),
        delete=tuple(f"DELETE FROM {table} {whose}" for table in (_TABLE, _SUSPENDED, _PHONES, _ATTRIBUTES, _ALIASES)),
        states=" UNION ALL ".join(
            f"SELECT `username`, {state} FROM {table} WHERE `domain` = {text(domains[0])}"
            for table, state in ((_TABLE, 1), (_SUSPENDED, 0))
        ),
        hashes=(
            f"SELECT `username`, JSON_SET(JSON_OBJECTAGG(CONCAT({text(_HA1B)}, `domain`), `ha1b`), '$.{_HA1}', MIN(`ha1`)) FROM ("
            f"SELECT {_COLUMNS} FROM {_TABLE} {whose} AND {ours} UNION ALL SELECT {_COLUMNS} FROM {_SUSPENDED} {whose} AND {ours}"
            f") found GROUP BY `username` HAVING COUNT(*) = {number(len(domains))}"
        ),
        aliases=(
            f"DELETE FROM {_ALIASES} {whose}",
            *((f"REPLACE INTO {_ALIASES} (`alias`, `username`) VALUES {aliases}",) if aliases else ()),
        ),
    )


def _insert(service: str, domains: tuple[str, ...], person: Credentials) -> tuple[str, ...]:
    found = _made(domains, person) if person.password else person.hashes.get(service, {})
    _check(domains, found)
    name = text(person.name)
    rows = ", ".join(f"({name}, {text(domain)}, '', {text(found[_HA1])}, {text(found[_HA1B + domain])})" for domain in domains)
    return (
        f"DELETE FROM {_SUSPENDED} WHERE `username` = {name}",
        f"DELETE FROM {_TABLE} WHERE `username` = {name}",
        f"DELETE FROM {_PHONES} WHERE `username` = {name}",
        f"INSERT INTO {_TABLE} ({_COLUMNS}) VALUES {rows}",
    )


def _made(domains: tuple[str, ...], person: Credentials) -> Hashes:
    with_domain = {_HA1B + domain: ha1(f"{person.name}@{domain}", person.realm, person.password) for domain in domains}
    return {_HA1: ha1(person.name, person.realm, person.password), **with_domain}


def _check(domains: tuple[str, ...], found: Hashes) -> None:
    hint = "Use a file that `rtcstack export-users --hashes` wrote where `domain` and `aliases` were the same as here."
    wanted = {_HA1, *(_HA1B + domain for domain in domains)}
    if set(found) != wanted:
        other = min(wanted ^ set(found))
        raise RequestError(f"these are not the SIP hashes for {', '.join(domains)}: see {other!r}", hint=hint)
    if wrong := sorted(key for key in wanted if not _HASH.fullmatch(found[key])):
        raise RequestError(f"these are not SIP hashes: {wrong[0]} must be 32 lower-case hexadecimal digits", hint=hint)
