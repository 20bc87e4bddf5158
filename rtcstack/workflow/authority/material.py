"""The CA's files in the vault, and which of them count now.

  ca.crt, ca.key            the CA that issues
  ca-next.crt, ca-next.key  its successor, made and announced but not in use
  ca-old.crt, ca-old.key    its predecessor, trusted until it ends or is dropped
  ca-cross.crt              the newer one's key, certified by the older one
  ca.rotation               since when the successor is announced

What counts is told by the certificates, never by the order in which files were written: a key belongs to the certificate that has
its public half, and putting `ca-next.crt` in the place of `ca.crt`, one rename, is what makes the successor the CA.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from rtcstack.engine.vault import CA_CERTIFICATE, CA_KEY, Vault
from rtcstack.errors import WorldError
from rtcstack.pki import keys
from rtcstack.pki.ca import authority
from rtcstack.pki.certificates import spki_sha256
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.protection import is_protected
from rtcstack.pki.succession import certifies
from rtcstack.workflow.authority.access import matching
from rtcstack.workflow.context import Installation

NEXT_CERTIFICATE, NEXT_KEY = "ca-next.crt", "ca-next.key"
OLD_CERTIFICATE, OLD_KEY = "ca-old.crt", "ca-old.key"
CROSS, STATE, MOVED = "ca-cross.crt", "ca.rotation", "ca.key.moved"
LOST = "If it is lost for good: `rtcstack certs rotate-ca --lost` makes a new CA, which every client must import."


class Phase(StrEnum):
    """How far the change to a new CA is: none under way, announced, or both trusted."""

    STEADY = "steady"
    ANNOUNCED = "announced"
    OVERLAP = "overlap"


class KeyState(StrEnum):
    """Where the CA's key is: open in the vault, there under a passphrase, moved away on purpose, or gone."""

    HERE = "here"
    PROTECTED = "protected"
    MOVED = "moved"
    MISSING = "missing"


def phase(vault: Vault) -> Phase:
    """Given the vault, return how far the change to a new CA is."""
    current, following, old = (vault.read(name) for name in (CA_CERTIFICATE, NEXT_CERTIFICATE, OLD_CERTIFICATE))
    if following is not None and following != current and vault.read(STATE) is not None:
        return Phase.ANNOUNCED
    return Phase.OVERLAP if old is not None and old != current else Phase.STEADY


def certificate(vault: Vault) -> bytes:
    """Given the vault, return the CA's certificate as PEM. Raise WorldError if there is none yet."""
    found = vault.read(CA_CERTIFICATE)
    if found is None:
        raise WorldError(f"there is no CA in {vault.directory} yet", hint="Type `rtcstack up`: it makes one, and keeps it.")
    return found


def predecessor(vault: Vault, now: datetime) -> bytes | None:
    """Given the vault and the time, return the old CA's certificate as PEM while it is trusted, else None."""
    if phase(vault) is not Phase.OVERLAP:
        return None
    old = vault.read(OLD_CERTIFICATE) or b""
    return old if now < authority(old).not_valid_after_utc else None


def trusted(vault: Vault, now: datetime) -> bytes:
    """Given the vault and the time, return every CA of ours that is trusted now, as PEM, the one in use first; or nothing."""
    current = vault.read(CA_CERTIFICATE)
    return b"" if current is None else current + (predecessor(vault, now) or b"")


def issuers(vault: Vault, now: datetime) -> bytes:
    """Given the vault and the time, return what a server shows after its own certificate, as PEM.

    While both CAs are trusted that is the new key's certificate by the old CA: it leads to either. Raise WorldError without a CA.
    """
    current, cross = certificate(vault), vault.read(CROSS)
    if cross is not None and predecessor(vault, now) is not None and certifies(cross, current, now):
        return cross
    return current


def trust_digests(vault: Vault) -> tuple[str, ...]:
    """Given the vault, return the digests that TLSA records hold: the CA's in use, and the announced or the old one's."""
    names = {Phase.STEADY: (), Phase.ANNOUNCED: (NEXT_CERTIFICATE,), Phase.OVERLAP: (OLD_CERTIFICATE,)}[phase(vault)]
    found = (vault.read(name) for name in (CA_CERTIFICATE, *names))
    return tuple(dict.fromkeys(spki_sha256(pem) for pem in found if pem is not None))


def issuing(installation: Installation) -> KeyPair:
    """Given an installation, return its CA with its key open, to sign with. Raise WorldError or RequestError without it."""
    return with_key(installation, certificate(installation.vault))


def with_key(installation: Installation, ca_pem: bytes, names: Iterable[str] = (CA_KEY, NEXT_KEY, OLD_KEY)) -> KeyPair:
    """Given a CA of ours as PEM, return it with its key open: from the file that was given, or from the vault.

    Raise RequestError if the passphrase is wrong or cannot be asked for, WorldError if the key is not there.
    """
    access, public = installation.ca_access, authority(ca_pem).public_key()

    def fits(pem: bytes) -> bool:
        try:
            return keys.same(keys.load(pem).public_key(), public)
        except ValueError:
            return False

    given = access.given()
    stored = [pem for name in names if (pem := installation.vault.read(name)) is not None]
    found = matching([*([] if given is None else [given]), *stored], fits, access)
    if found is not None:
        return KeyPair(key_pem=found, certificate_pem=ca_pem)
    if given is not None:
        raise WorldError(f"{access.file} is not the key of secrets/{CA_CERTIFICATE}", hint=f"Give the right file. {LOST}")
    if installation.vault.read(CA_KEY) is not None:
        raise WorldError(
            f"secrets/{CA_KEY} is not the key of secrets/{CA_CERTIFICATE}", hint=f"Put both back from the same copy. {LOST}"
        )
    note = installation.vault.secret(MOVED)
    where = (
        f"Give it by --ca-key-file; it was moved to {note}." if note else "Put it back from a copy, or give it by --ca-key-file."
    )
    raise WorldError(f"secrets/{CA_KEY} is missing, so nothing can be certified", hint=f"{where} {LOST}")


def key_state(installation: Installation) -> KeyState:
    """Given an installation with a CA, return where its key is. A key that belongs to another certificate counts as gone."""
    vault = installation.vault
    public = authority(certificate(vault)).public_key()
    for name in (CA_KEY, NEXT_KEY):
        pem = vault.read(name)
        if pem is None:
            continue
        if is_protected(pem):
            return KeyState.PROTECTED
        try:
            if keys.same(keys.load(pem).public_key(), public):
                return KeyState.HERE
        except ValueError:
            continue
    return KeyState.MISSING if vault.read(MOVED) is None else KeyState.MOVED


def can_sign(installation: Installation) -> bool:
    """Given an installation with a CA, return whether its key can be had without asking anybody who is not there."""
    return installation.ca_access.offered or key_state(installation) is KeyState.HERE
