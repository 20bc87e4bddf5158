"""A person as rows of `subscriber`: HA1 only, never the password (RFC 7616 section 3.4.2, algorithm MD5 as phones know it).

HA1 is bound to the realm, which is the main domain, whatever alias a phone was set up with. Phones log in as `roland`, which
HA1 serves, or as `roland@alias`, which has its own hash, HA1B: one row for each domain holds it.
"""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

import hashlib

from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.sql import text

_TABLE = "`kamailio`.`subscriber`"
_PHONES = "`kamailio`.`location`"


def ha1(username: str, realm: str, password: str) -> str:
    """Given a digest user name, return MD5(username:realm:password) in hexadecimal."""
    return hashlib.md5(f"{username}:{realm}:{password}".encode(), usedforsecurity=False).hexdigest()


def account(service: str, domains: tuple[str, ...], person: Credentials) -> AccountStep:
    """Given the domains of the people's addresses, the main one first, return how kamailio keeps this person."""
    name = text(person.name)
    plain = text(ha1(person.name, person.realm, person.password))
    rows = ", ".join(
        f"({name}, {text(domain)}, '', {plain}, {text(ha1(f'{person.name}@{domain}', person.realm, person.password))})"
        for domain in domains
    )
    return AccountStep(
        service=service,
        insert=(
            f"DELETE FROM {_TABLE} WHERE `username` = {name}",
            f"INSERT INTO {_TABLE} (`username`, `domain`, `password`, `ha1`, `ha1b`) VALUES {rows}",
        ),
        delete=(
            f"DELETE FROM {_TABLE} WHERE `username` = {name}",
            f"DELETE FROM {_PHONES} WHERE `username` = {name}",
        ),
        names=f"SELECT `username` FROM {_TABLE} WHERE `domain` = {text(domains[0])}",
    )
