"""What is kept about one CA between runs, in the vault: the account's key, and a file that says what is known there.

The key is made once and kept before it is used, so that no account is ever left without its key. The file can be lost: the
account is found again by its key, and certificates are ordered anew.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from rtcstack.engine.vault import Vault
from rtcstack.pki import keys

KEPT = 4
"""So many certificates of a service are remembered as the CA's: the one in use, those before it, one not yet in use."""


class Memory:
    """What is known about one CA (by the address of its directory)."""

    def __init__(self, vault: Vault, directory: str) -> None:
        self.vault = vault
        self.directory = directory
        digest = hashlib.sha256(directory.encode()).hexdigest()[:8]
        self.name = f"acme-{urlsplit(directory).hostname}-{digest}"
        self.data = _load(vault.read(f"{self.name}.json"))

    @property
    def host(self) -> str:
        """The CA, as people know it."""
        return urlsplit(self.directory).netloc

    @property
    def key_name(self) -> str:
        """The account key's name in the vault."""
        return f"{self.name}.key"

    @property
    def next_key_name(self) -> str:
        """The name of the key that is to follow, while that is under way."""
        return f"{self.name}.next.key"

    def key(self) -> bytes:
        """Return the account's key; made now if there is none."""
        if self.vault.read(self.key_name) is None:
            self.vault.create(self.key_name, keys.dump(keys.make("ecdsa")))
        return self.vault.read(self.key_name) or b""

    @property
    def account(self) -> str:
        """The account's URI, "" before there is one."""
        return str(self.data.get("account") or "")

    @property
    def caa_identities(self) -> tuple[str, ...]:
        """The names by which CAA records mean this CA, as it told them."""
        found = self.data.get("caa_identities")
        return tuple(str(name) for name in found) if isinstance(found, list) else ()

    def save(self, **changes: object) -> None:
        """Given what is new, remember it beside what anybody else has written since."""
        self.data = {**_load(self.vault.read(f"{self.name}.json")), **changes}
        text = json.dumps({"schema": 1, "directory": self.directory} | self.data, indent=1, sort_keys=True)
        self.vault.replace(f"{self.name}.json", text.encode() + b"\n")

    def service(self, service: str) -> dict[str, Any]:
        """Given a service, return what is known about its certificates."""
        every = self.data.get("services")
        found = every.get(service) if isinstance(every, dict) else None
        return dict(found) if isinstance(found, dict) else {}

    def save_service(self, service: str, **changes: object) -> None:
        """Given a service and what is new about its certificates, remember it; None forgets."""
        self.data = _load(self.vault.read(f"{self.name}.json"))
        every = self.data.get("services")
        mine = {key: value for key, value in (self.service(service) | changes).items() if value is not None}
        self.save(services=(every if isinstance(every, dict) else {}) | {service: mine})

    def issued(self, service: str) -> dict[str, str]:
        """Given a service, return the profiles of the certificates that came from this CA, by their SHA-256 digests."""
        found = self.service(service).get("issued")
        rows = found if isinstance(found, list) else []
        return {str(row["sha256"]): str(row.get("profile", "")) for row in rows if isinstance(row, dict) and "sha256" in row}

    def remember(self, service: str, sha256: str, profile: str) -> None:
        """Given a service and a certificate that came from this CA, remember that it did."""
        every = self.issued(service)
        every.pop(sha256, None)
        rows = [{"sha256": one, "profile": its} for one, its in (every | {sha256: profile}).items()]
        self.save_service(service, issued=rows[-KEPT:])

    def time(self, service: str, what: str) -> datetime | None:
        """Given a service and the name of a time, return that time."""
        return moment(self.service(service).get(what))


def moment(text: object) -> datetime | None:
    """Given a time as it is kept, return it; None if there is none."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _load(content: bytes | None) -> Mapping[str, Any]:
    try:
        found = json.loads(content or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
