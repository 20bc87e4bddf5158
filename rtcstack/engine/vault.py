"""The vault: `secrets/`, where the CA, the keys and the passwords are kept, 0600 at creation.

Nothing is ever overwritten but certificates, and a secret whose successor and predecessor are kept beside it (see rotation).
"""

import contextlib
import math
import os
import secrets
import string
from pathlib import Path

from rtcstack.engine.files import PRIVATE, private_directory, write_atomic
from rtcstack.errors import WorldError
from rtcstack.plan.secret import SecretRequest

_ALPHABET = string.ascii_letters + string.digits
CA_KEY, CA_CERTIFICATE = "ca.key", "ca.crt"


def fresh(request: SecretRequest) -> str:
    """Given a request, return a new random value for it."""
    length = math.ceil(request.bits / math.log2(len(_ALPHABET)))
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


class Vault:
    """The masters of everything secret, one file each."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def names(self) -> frozenset[str]:
        """Return the names of what is there."""
        if not self.directory.is_dir():
            return frozenset()
        return frozenset(entry.name for entry in self.directory.iterdir() if entry.is_file())

    def read(self, name: str) -> bytes | None:
        """Given a name, return its bytes, or None if it is not there."""
        try:
            return (self.directory / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise WorldError(f"{self.directory / name} cannot be read: {error.strerror}", hint="See its owner and mode.") from error

    def secret(self, name: str) -> str | None:
        """Given the name of a secret, return it, or None if it is not made yet."""
        content = self.read(name)
        return None if content is None else content.decode().strip()

    def make(self, request: SecretRequest) -> None:
        """Given a request, make that secret unless it is there."""
        self.create(request.name, fresh(request).encode() + b"\n")

    def create(self, name: str, content: bytes) -> None:
        """Given a name and bytes, keep them, unless something of that name is there already: then it stays."""
        private_directory(self.directory)
        temporary = self.directory / f".{name}.{secrets.token_hex(4)}.new"
        write_atomic(temporary, content, PRIVATE)
        try:
            # A hard link fails if the name exists: complete or absent, and never a second value.
            with contextlib.suppress(FileExistsError):
                os.link(temporary, self.directory / name)
        except OSError as error:
            raise WorldError(f"{name} could not be kept in {self.directory}: {error.strerror}") from error
        finally:
            temporary.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Given a name, forget what is kept by it; gone already is fine."""
        (self.directory / name).unlink(missing_ok=True)

    def replace(self, name: str, content: bytes) -> None:
        """Given a name and bytes, keep them in place of what was there: for certificates and rotation, never for the CA."""
        private_directory(self.directory)
        write_atomic(self.directory / name, content, PRIVATE)
