"""How the CA's key is to be had in this run: a file that is not in secrets/, and a passphrase that is asked for once, if at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki.protection import is_protected, unprotect

LARGEST = 65_536
"""Bytes of a key file: more is something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAccess:
    """What was given on the command line. `passphrase` is called when a key that is needed turns out to be under one.

    `offered` tells that somebody is there to open the key: without that, what can wait is not done.
    """

    file: Path | None = None
    passphrase: Callable[[], bytes] | None = field(default=None, repr=False)
    offered: bool = False

    def given(self) -> bytes | None:
        """Return the key file's content, or None if none was given. Raise RequestError if it cannot be read."""
        if self.file is None:
            return None
        try:
            with self.file.open("rb") as stream:
                return stream.read(LARGEST)
        except OSError as error:
            raise RequestError(f"{self.file} cannot be read: {error.strerror}", hint="See its path, owner and mode.") from error

    def open(self, pem: bytes) -> bytes:
        """Given a key as PEM, return it open. Raise RequestError if its passphrase is wrong or nobody can be asked for it."""
        return unprotect(pem, self.phrase()) if is_protected(pem) else pem

    def phrase(self) -> bytes:
        """Return the passphrase. Raise RequestError if nobody can be asked for it."""
        if self.passphrase is None:
            raise RequestError(
                "the CA's key is under a passphrase, and nobody can be asked for it",
                hint="Type the command on a terminal, or give the passphrase, one line, by --passphrase-stdin.",
            )
        return self.passphrase()


def matching(candidates: list[bytes], fits: Callable[[bytes], bool], access: KeyAccess) -> bytes | None:
    """Given keys as PEM, return the one that fits, open: first of those that are, then of those that a passphrase opens.

    Return None if none fits. Raise RequestError if the passphrase opens none of the latter, or nobody can be asked for it.
    """
    for pem in candidates:
        if not is_protected(pem) and fits(pem):
            return pem
    refusal: RequestError | None = None
    opened = 0
    for pem in candidates:
        if not is_protected(pem):
            continue
        try:
            found = access.open(pem)
        except RequestError as error:
            refusal = error
            continue
        except WorldError:
            continue
        opened += 1
        if fits(found):
            return found
    if refusal is not None and not opened:
        raise refusal
    return None
