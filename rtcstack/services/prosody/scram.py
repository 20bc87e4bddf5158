"""SCRAM-SHA-256 (RFC 5802, RFC 7677): what the server keeps instead of a password."""

import hashlib
import hmac
from dataclasses import dataclass, field

from rtcstack.services.prosody.saslprep import saslprep

ITERATIONS = 10_000
"""prosody's own default; phones compute it at each login (RFC 7677 asks for 4096 at least)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScramKeys:
    """StoredKey and ServerKey of RFC 5802 section 3, in hexadecimal as prosody stores them."""

    stored_key: str = field(repr=False)
    server_key: str = field(repr=False)
    salt: str
    iterations: int


def scram_keys(password: str, salt: str, iterations: int = ITERATIONS) -> ScramKeys:
    """Given a password and a salt (text, hashed as its bytes), return the keys. Raise ValueError: not a SASL password."""
    salted = hashlib.pbkdf2_hmac("sha256", saslprep(password).encode(), salt.encode(), iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return ScramKeys(
        stored_key=hashlib.sha256(client_key).hexdigest(),
        server_key=hmac.digest(salted, b"Server Key", "sha256").hex(),
        salt=salt,
        iterations=iterations,
    )
