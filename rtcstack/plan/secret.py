"""What must be secret: passwords and shared keys, made once, asked for by name and never rendered into a plan."""

from collections.abc import Mapping
from dataclasses import dataclass

_ACCEPTED = ".accepted"

TRUST = "ca-spki-sha256"
"""Rendering finds under this name, among the secrets, the digests in hex of the public keys of every CA that is trusted or about to
be, with spaces between ("" if none is made yet)."""
REVOCATIONS, REVOKED = "ca-revocations", "ca-revoked"
"""And under these the lists of revoked certificates (PEM), and their serial numbers, one a line, in pairs of capital hex digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRequest:
    """A secret by name; kept in `secrets/NAME`, 0600; letters and digits only, `bits` of entropy.

    `rtcstack rotate-secrets` puts a new one in its place unless `overlap` is None. These are the seconds for which whoever checks
    it accepts the old one after everybody who uses it has the new one: more than 0 for what was handed out and lives on its own,
    0 for what a service uses alone, and may take up by a restart.
    """

    name: str
    bits: int = 192
    overlap: int | None = None


def accepted(secrets: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Given the secrets as rendering gets them, return every value of one that must be accepted now, the one in use first."""
    return tuple(secrets.get(f"{name}{_ACCEPTED}", secrets[name]).split("\n"))


def with_accepted(name: str, values: tuple[str, ...]) -> dict[str, str]:
    """Given the values of a secret that must be accepted, the one in use first, return the entries that rendering gets."""
    return {name: values[0], f"{name}{_ACCEPTED}": "\n".join(values)}
