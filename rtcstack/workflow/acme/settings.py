"""What the file says about the CA, with what lies in the files that it names; everything that is wrong with them at once."""

import base64
import binascii
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from cryptography import x509

from rtcstack.errors import Problem, RequestError
from rtcstack.probes.dns_key import Key, read_key
from rtcstack.probes.dns_server import Place, parse
from rtcstack.spec.acme import AcmeSpec
from rtcstack.spec.load import invalid

PATH = "certificates.acme"
LARGEST = 65536
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The CA's directory, whom to trust for its TLS, who we are there, and the name server with the key that may write there.

    `binding` are identifier and key (base64url) of an external account; `challenge_domain` is where `_acme-challenge` is delegated.
    """

    directory: str
    ca_file: Path | None
    contact: str
    binding: tuple[str, str] | None = field(repr=False)
    profile: str
    place: Place
    key: Key
    challenge_domain: str

    @property
    def host(self) -> str:
        """The CA, as people know it."""
        return urlsplit(self.directory).netloc


def settings(directory: Path, spec: AcmeSpec) -> Settings:
    """Given the installation's directory and what its file says, return it whole. Raise RequestError with every problem."""
    found: list[Problem] = []

    def part(name: str, path: str | None, read: Callable[[Path], _T]) -> _T | None:
        try:
            return None if path is None else read(directory / path)
        except RequestError as error:
            found.append(Problem(f"{PATH}.{name}", f"{error.message}. {error.hint}".strip()))
            return None

    key = part("key_file", spec.key_file, read_key)
    ca_file = part("ca_file", spec.ca_file, _ca)
    secret = part("eab_key_file", spec.eab_key_file, _binding)
    place = part("server", "", lambda _: parse(spec.server))
    if found or key is None or place is None:
        raise invalid(tuple(found))
    return Settings(
        directory=spec.url,
        ca_file=ca_file,
        contact=spec.contact or "",
        binding=(spec.eab_kid, secret) if spec.eab_kid and secret else None,
        profile=spec.profile or "",
        place=place,
        key=key,
        challenge_domain=spec.challenge_domain or "",
    )


def _ca(path: Path) -> Path:
    try:
        x509.load_pem_x509_certificates(_read(path, private=False))
    except ValueError:
        raise RequestError(f"there is no certificate (PEM) in {path}") from None
    return path


def _binding(path: Path) -> str:
    text = _read(path, private=True).decode("ascii", errors="replace").strip().rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    # What cannot be decoded is not shown: it may be the key with a mistake in it.
    if len(raw) < 16:
        raise RequestError(f"{path} does not hold the key as the CA gives it: base64url in one line")
    return text


def _read(path: Path, *, private: bool) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as stream:
            state = os.fstat(stream.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise RequestError(f"{path} is no file")
            if private and stat.S_IMODE(state.st_mode) & 0o077:
                raise RequestError(f"{path} may be read or written by others", hint=f"Type: chmod 600 {path}")
            return stream.read(LARGEST)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}") from error
