"""A person as rows of prosody's store `accounts`, the same that prosody 13.0.6 writes itself (mod_auth_internal_hashed)."""

# ruff: noqa: S608 - every value is a hexadecimal literal made by `sql.text`

from uuid import uuid4

from rtcstack.errors import RequestError
from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render import sql
from rtcstack.services.prosody.scram import ScramKeys, scram_keys

_WHOLE = ("stored_key", "server_key", "salt", "iteration_count")
_TABLE = "`prosody`.`prosody`"
_ARCHIVE = "`prosody`.`prosodyarchive`"


def account(service: str, domain: str, person: Credentials) -> AccountStep:
    """Given a person of the domain, return how prosody keeps them. Raise RequestError if SASL does not allow the password."""
    whose = f"`host` = {sql.text(domain)} AND `user` = {sql.text(person.name)}"
    return AccountStep(
        service=service,
        insert=(
            f"DELETE FROM {_TABLE} WHERE {whose} AND `store` = {sql.text('accounts')}",
            _insert(domain, person),
        ),
        delete=(
            f"DELETE FROM {_TABLE} WHERE {whose}",
            f"DELETE FROM {_ARCHIVE} WHERE {whose}",
        ),
        names=(
            f"SELECT `user` FROM {_TABLE} WHERE `host` = {sql.text(domain)} AND `store` = {sql.text('accounts')}"
            f" AND `key` IN ({', '.join(map(sql.text, _WHOLE))}) GROUP BY `user` HAVING COUNT(*) = {len(_WHOLE)}"
        ),
    )


def _keys(person: Credentials) -> ScramKeys:
    try:
        return scram_keys(person.password, salt=str(uuid4()))
    except ValueError as error:
        raise RequestError(
            f"the password {error}",
            hint="Choose one of letters, digits, spaces and punctuation; every client can type those.",
        ) from None


def _insert(domain: str, person: Credentials) -> str:
    keys = _keys(person)
    values = (
        ("stored_key", "string", keys.stored_key),
        ("server_key", "string", keys.server_key),
        ("salt", "string", keys.salt),
        ("iteration_count", "number", str(keys.iterations)),
        ("created", "number", str(person.created)),
        ("updated", "number", str(person.created)),
    )
    rows = ", ".join(
        f"({', '.join(map(sql.text, (domain, person.name, 'accounts', key, kind, value)))})" for key, kind, value in values
    )
    return f"INSERT INTO {_TABLE} (`host`, `user`, `store`, `key`, `type`, `value`) VALUES {rows}"
