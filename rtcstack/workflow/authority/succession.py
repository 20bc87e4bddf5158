"""The steps of a change to a new CA, in the vault alone: each can be killed anywhere and begun again."""

import json
from datetime import UTC, datetime, timedelta

from rtcstack.engine.vault import CA_CERTIFICATE, CA_KEY, Vault
from rtcstack.errors import WorldError
from rtcstack.pki.ca import authority, create_ca, permitted_domains
from rtcstack.pki.identity import topmost
from rtcstack.pki.protection import is_protected, protect
from rtcstack.pki.succession import cross_sign
from rtcstack.plan.record import TTL
from rtcstack.workflow.authority import lists
from rtcstack.workflow.authority.material import (
    CROSS,
    MOVED,
    NEXT_CERTIFICATE,
    NEXT_KEY,
    OLD_CERTIFICATE,
    OLD_KEY,
    STATE,
    Phase,
    certificate,
    issuing,
    phase,
    with_key,
)
from rtcstack.workflow.context import Installation


def begin(installation: Installation, now: datetime, *, lost: bool) -> None:
    """Given an installation with no change under way, make the new CA and announce it; nothing uses it yet.

    Unless the old key is `lost`, the old CA certifies the new one. A key under a passphrase gets a successor under the same one.
    Raise WorldError or RequestError, with nothing announced, if the old key cannot be had or is used up.
    """
    vault, site = installation.vault, installation.stack.site
    current = certificate(vault)
    old = None if lost or now >= authority(current).not_valid_after_utc else issuing(installation)
    clear(vault)
    domains = topmost((site.domain, *site.aliases))
    made_before = vault.read(NEXT_CERTIFICATE)
    if made_before is not None and permitted_domains(authority(made_before)) != domains:
        vault.remove(NEXT_CERTIFICATE)
    if vault.read(NEXT_CERTIFICATE) is None:
        stored = vault.read(NEXT_KEY)
        opened = None if stored is None else installation.ca_access.open(stored)
        made = create_ca(domains, now, key_pem=opened, predecessor_pem=current)
        vault.create(NEXT_KEY, _like(installation, made.key_pem) if old is not None else made.key_pem)
        vault.create(NEXT_CERTIFICATE, made.certificate_pem)
    following = vault.read(NEXT_CERTIFICATE) or b""
    if old is None:
        vault.remove(CROSS)
    else:
        vault.replace(CROSS, cross_sign(old, following, now))
    vault.replace(STATE, json.dumps({"since": now.timestamp()}).encode() + b"\n")


def due(vault: Vault) -> datetime:
    """Given a vault with an announced CA, return from when on it may be used: when the old TLSA answers have run out."""
    try:
        since = float(json.loads(vault.read(STATE) or b"")["since"])
    except (ValueError, KeyError, TypeError):
        raise WorldError(f"secrets/{STATE} cannot be understood", hint="Put it back from your copy.") from None
    return datetime.fromtimestamp(since, UTC) + timedelta(seconds=TTL)


def usable(installation: Installation, ca_pem: bytes) -> None:
    """Given the new CA as PEM, return if its key can be had. Raise WorldError or RequestError if not."""
    with_key(installation, ca_pem, (NEXT_KEY,))


def switch(vault: Vault) -> None:
    """Given a vault with an announced CA, make it the CA. Certificates are still those of the old one, which stays trusted."""
    current, key = certificate(vault), vault.read(CA_KEY)
    # What an earlier, interrupted change may have left is not the predecessor of this one.
    vault.replace(OLD_CERTIFICATE, current)
    if key is None:
        vault.remove(OLD_KEY)
    else:
        vault.replace(OLD_KEY, key)
    lists.keep_old(vault)
    vault.replace(CA_CERTIFICATE, vault.read(NEXT_CERTIFICATE) or b"")
    complete(vault)


def complete(vault: Vault) -> None:
    """Given a vault whose new CA is in use, tidy up what a kill may have left to do; otherwise nothing happens."""
    following = vault.read(NEXT_CERTIFICATE)
    if following is None or following != vault.read(CA_CERTIFICATE):
        return
    key = vault.read(NEXT_KEY)
    if key is not None:
        vault.replace(CA_KEY, key)
    for name in (MOVED, NEXT_KEY, NEXT_CERTIFICATE):
        vault.remove(name)


def drop(vault: Vault) -> None:
    """Given a vault with two trusted CAs, trust the old one no longer."""
    vault.remove(OLD_CERTIFICATE)
    clear(vault)


def clear(vault: Vault) -> None:
    """Given a vault with no change under way, remove what is left of the last one."""
    if phase(vault) is Phase.STEADY:
        for name in (CROSS, OLD_KEY, lists.OLD_LIST, OLD_CERTIFICATE, STATE):
            vault.remove(name)


def _like(installation: Installation, key_pem: bytes) -> bytes:
    given = installation.ca_access.given()
    present = given if given is not None else installation.vault.read(CA_KEY)
    if present is None or not is_protected(present):
        return key_pem
    return protect(key_pem, installation.ca_access.phrase())
