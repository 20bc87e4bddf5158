"""`certs protect-ca`: the CA's key under a passphrase, or moved to another place, so that a stolen disk is no stolen CA."""

import contextlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rtcstack.engine.lock import locked
from rtcstack.engine.new_file import new_file
from rtcstack.engine.vault import CA_KEY
from rtcstack.errors import RequestError, WorldError
from rtcstack.pki.protection import is_protected, protect
from rtcstack.workflow.authority.material import MOVED, OLD_KEY, Phase, certificate, issuing, key_state, phase
from rtcstack.workflow.context import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """Where the key is now, whether it is under a passphrase there, and whether the vault still has the old CA's open."""

    place: Path
    passphrase: bool
    old_key_left: bool


def protect_ca(installation: Installation, *, passphrase: bytes | None, move: Path | None) -> Protected:
    """Given an installation, put its CA's key under a passphrase, or move it to a file that does not exist yet, or both.

    The vault forgets the key only when the other file is written, read back and found right. Raise RequestError, with nothing
    changed, if there is nothing to do or the passphrase is too short; WorldError if the key is not there.
    """
    with locked(installation.directory):
        vault = installation.vault
        stored = vault.read(CA_KEY)
        if passphrase is None and move is None:
            raise RequestError("there is nothing to do", hint="Give --move FILE, a passphrase, or both.")
        if phase(vault) is Phase.ANNOUNCED:
            raise RequestError("a new CA is announced", hint="Finish the change first: `rtcstack certs rotate-ca`.")
        if stored is None:
            raise WorldError(f"secrets/{CA_KEY} is not there ({key_state(installation)})", hint="Nothing was changed.")
        if passphrase is not None and is_protected(stored) and move is None:
            raise RequestError("the CA's key is under a passphrase already", hint="`openssl pkey` changes it, on a copy.")
        sealed = stored
        if passphrase is not None and not is_protected(stored):
            # Only a key that is the CA's is worth protecting.
            sealed = protect(issuing(installation).key_pem, passphrase)
        if move is None:
            vault.replace(CA_KEY, sealed)
        else:
            _move(installation, sealed, move)
        old = vault.read(OLD_KEY)
        place = vault.directory / CA_KEY if move is None else move
        return Protected(place=place, passphrase=is_protected(sealed), old_key_left=old is not None and not is_protected(old))


def _move(installation: Installation, pem: bytes, path: Path) -> None:
    vault = installation.vault
    if path.resolve().is_relative_to(vault.directory.resolve()):
        raise RequestError(f"{path} is in {vault.directory}", hint="Give a place on another disk, which you can take away.")
    new_file(path, [pem])
    if path.read_bytes() != pem:
        raise WorldError(f"{path} does not hold what was written", hint="The key is still in secrets/. Choose another place.")
    with contextlib.suppress(OSError):
        descriptor = os.open(path.parent, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    vault.replace(MOVED, f"{path.resolve()} on {datetime.now(UTC):%Y-%m-%d}\n".encode())
    certificate(vault)
    vault.remove(CA_KEY)
