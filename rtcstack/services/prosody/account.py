"""A person as rows of prosody's store `accounts`, the same that prosody 13.0.6 writes itself (mod_auth_internal_hashed)."""

# ruff: noqa: S608 - every value is a hexadecimal literal made by `sql.text`

import re
from uuid import uuid4

from rtcstack.errors import RequestError
from rtcstack.plan.people import AccountStep, Credentials, Hashes
from rtcstack.render import sql
from rtcstack.services.prosody.scram import ScramKeys, scram_keys

_WHOLE = {
    "stored_key": re.compile(r"[0-9a-f]{64}"),
    "server_key": re.compile(r"[0-9a-f]{64}"),
    "salt": re.compile(r"[!-~]{1,128}"),
    "iteration_count": re.compile(r"[1-9][0-9]{3,6}"),
}
"""What a login needs, and how it looks."""
_FEWEST = 4096
"""Iterations, RFC 7677 section 4; the most that the shape above lets through is what a phone can still compute."""
_TABLE = "`prosody`.`prosody`"
_ARCHIVE = "`prosody`.`prosodyarchive`"
_ACCOUNTS = sql.text("accounts")
_DISABLED = sql.text("disabled")
_LOGINS = ("accounts", "auth_tokens")
"""Stores of what logs in: it does not move to another name."""


def account(service: str, domain: str, person: Credentials) -> AccountStep:
    """Given a person of the domain, return how prosody keeps them. Raise RequestError if SASL does not allow the password.

    Hashes are the keys of SCRAM-SHA-256 as prosody names them. Raise RequestError for others.
    """
    whose = f"`host` = {sql.text(domain)} AND `user` = {sql.text(person.name)}"
    their_account = f"{whose} AND `store` = {_ACCOUNTS}"
    enable = f"DELETE FROM {_TABLE} WHERE {their_account} AND `key` IN ({_DISABLED}, {sql.text('disabled_meta')})"
    whole = ", ".join(map(sql.text, _WHOLE))
    return AccountStep(
        service=service,
        insert=(f"DELETE FROM {_TABLE} WHERE {their_account}", _insert(service, domain, person)) if person.proven else (),
        suspend=(enable, _rows(domain, person.name, (("disabled", "boolean", "true"),))),
        resume=(enable,),
        delete=(
            f"DELETE FROM {_TABLE} WHERE {whose}",
            f"DELETE FROM {_ARCHIVE} WHERE {whose}",
        ),
        states=(
            f"SELECT `user`, 1 - MAX(`key` = {_DISABLED} AND `value` = {sql.text('true')}) FROM {_TABLE}"
            f" WHERE `host` = {sql.text(domain)} AND `store` = {_ACCOUNTS} AND `key` IN ({whole}, {_DISABLED})"
            f" GROUP BY `user` HAVING SUM(`key` <> {_DISABLED}) = {sql.number(len(_WHOLE))}"
        ),
        hashes=(
            f"SELECT `user`, JSON_OBJECTAGG(`key`, `value`) FROM {_TABLE} WHERE {their_account} AND `key` IN ({whole})"
            f" GROUP BY `user` HAVING COUNT(*) = {sql.number(len(_WHOLE))}"
        ),
        inherit=_inherit(domain, person) if person.formerly else (),
    )


def _inherit(domain: str, person: Credentials) -> tuple[str, ...]:
    old = f"`host` = {sql.text(domain)} AND `user` = {sql.text(person.formerly)}"
    new = f"SET `user` = {sql.text(person.name)}"
    return (
        f"UPDATE {_TABLE} {new} WHERE {old} AND `store` NOT IN ({', '.join(map(sql.text, _LOGINS))})",
        f"UPDATE {_ARCHIVE} {new} WHERE {old}",
    )


def _keys(person: Credentials) -> ScramKeys:
    try:
        return scram_keys(person.password, salt=str(uuid4()))
    except ValueError as error:
        raise RequestError(
            f"the password {error}",
            hint="Choose one of letters, digits, spaces and punctuation; every client can type those.",
        ) from None


def _exported(found: Hashes) -> ScramKeys:
    wrong = sorted(key for key, shape in _WHOLE.items() if not shape.fullmatch(found.get(key, "")))
    if wrong or set(found) != set(_WHOLE) or int(found["iteration_count"]) < _FEWEST:
        raise RequestError(
            f"these are not the hashes of an XMPP account (SCRAM-SHA-256): see {(wrong or ['iteration_count'])[0]!r}",
            hint="Use a file that `rtcstack export-users --hashes` wrote.",
        )
    return ScramKeys(
        stored_key=found["stored_key"],
        server_key=found["server_key"],
        salt=found["salt"],
        iterations=int(found["iteration_count"]),
    )


def _insert(service: str, domain: str, person: Credentials) -> str:
    keys = _keys(person) if person.password else _exported(person.hashes.get(service, {}))
    values = (
        ("stored_key", "string", keys.stored_key),
        ("server_key", "string", keys.server_key),
        ("salt", "string", keys.salt),
        ("iteration_count", "number", str(keys.iterations)),
        ("created", "number", str(person.created)),
        ("updated", "number", str(person.updated or person.created)),
    )
    return _rows(domain, person.name, values)


def _rows(domain: str, name: str, values: tuple[tuple[str, str, str], ...]) -> str:
    rows = ", ".join(f"({', '.join(map(sql.text, (domain, name, 'accounts', key, kind, value)))})" for key, kind, value in values)
    return f"INSERT INTO {_TABLE} (`host`, `user`, `store`, `key`, `type`, `value`) VALUES {rows}"
