"""Everybody in prosody's tables at once, compared and put right."""

# ruff: noqa: S608 - every value is a literal made by rtcstack.render.sql

from rtcstack.plan.audit import CHOSEN, Audit, Lack, within
from rtcstack.render.sql import text
from rtcstack.services.prosody.database import NAME

LACKS = (Lack(what="the XMPP keys (SCRAM)"),)
_ROWS, _ARCHIVE = f"{NAME}.prosody", f"{NAME}.prosodyarchive"
_WHOLE = {
    "stored_key": "LENGTH(value) = 64",
    "server_key": "LENGTH(value) = 64",
    "salt": "value <> ''",
    "iteration_count": "value > 0",
}
"""What a login needs, and how it looks."""


def audit(service: str, domain: str) -> Audit:
    """Given the domain, return the comparison. Who has no account but a roster has a row too, without a state."""
    host = f"host = {text(domain)}"
    account = f"store = {text('accounts')}"
    parts = ", ".join(text(key) for key in _WHOLE)
    good = " OR ".join(f"`key` = {text(key)} AND {shape}" for key, shape in _WHOLE.items())
    disabled = f"{account} AND `key` = {text('disabled')}"
    return Audit(
        service=service,
        lacks=LACKS,
        kept=(
            f"SELECT `user`, IF(SUM({account} AND `key` IN ({parts})) = 0, NULL, SUM({disabled} AND value = {text('true')}) = 0),"
            f" IF(SUM({account} AND ({good})) = {len(_WHOLE)}, 0, 1), ''"
            f" FROM {_ROWS} WHERE {host} AND {within('`user`')} GROUP BY `user`"
        ),
        suspend=(
            _without_disabled(host),
            (
                f"INSERT INTO {_ROWS} (host, `user`, store, `key`, type, value)"
                f" SELECT {text(domain)}, name, {', '.join(map(text, ('accounts', 'disabled', 'boolean', 'true')))} FROM {CHOSEN}"
            ),
        ),
        resume=(_without_disabled(host),),
        forget=tuple(f"DELETE p FROM {table} p JOIN {CHOSEN} c ON c.name = p.`user` WHERE p.{host}" for table in (_ROWS, _ARCHIVE)),
    )


def _without_disabled(host: str) -> str:
    keys = f"p.store = {text('accounts')} AND p.`key` IN ({text('disabled')}, {text('disabled_meta')})"
    return f"DELETE p FROM {_ROWS} p JOIN {CHOSEN} c ON c.name = p.`user` WHERE p.{host} AND {keys}"
