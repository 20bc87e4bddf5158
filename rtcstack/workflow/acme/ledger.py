"""Which proofs we put at which name server: written before, so that what a killed run left is taken away by the next one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdata

from rtcstack.engine.vault import Vault

FILE = "acme-proofs.json"


@dataclass(frozen=True, slots=True, order=True)
class Proof:
    """One value of a TXT record: where it stands, and what it is (base64url)."""

    owner: dns.name.Name
    value: str

    @property
    def rdata(self) -> dns.rdata.Rdata:
        """The record's value as dnspython has it."""
        return dns.rdata.from_text("IN", "TXT", f'"{self.value}"')


def read(vault: Vault, place: str) -> tuple[Proof, ...]:
    """Given the vault and a name server as the file names it, return what we put there and did not take away yet."""
    found = []
    for row in _rows(vault):
        try:
            if row["server"] == place:
                found.append(Proof(dns.name.from_text(row["owner"]), row["value"]))
        except (KeyError, dns.exception.DNSException):
            continue
    return tuple(sorted(found))


def everywhere(vault: Vault) -> tuple[tuple[str, str], ...]:
    """Given the vault, return the name servers and owners of all that we did not take away yet."""
    return tuple(sorted((str(row.get("server")), str(row.get("owner"))) for row in _rows(vault)))


def add(vault: Vault, place: str, proofs: Iterable[Proof]) -> None:
    """Given a name server and proofs that are about to be put there, write them down."""
    rows = _rows(vault)
    rows += [row for proof in proofs if (row := _row(place, proof)) not in rows]
    _write(vault, rows)


def remove(vault: Vault, place: str, proofs: Iterable[Proof]) -> None:
    """Given a name server and proofs that are no longer there, forget them."""
    gone = [_row(place, proof) for proof in proofs]
    _write(vault, [row for row in _rows(vault) if row not in gone])


def _row(place: str, proof: Proof) -> dict[str, str]:
    return {"server": place, "owner": proof.owner.to_text(), "value": proof.value}


def _rows(vault: Vault) -> list[dict[str, str]]:
    try:
        found = json.loads(vault.read(FILE) or b"{}")
    except ValueError:
        return []
    rows = found.get("proofs") if isinstance(found, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _write(vault: Vault, rows: list[dict[str, str]]) -> None:
    if rows:
        vault.replace(FILE, json.dumps({"schema": 1, "proofs": rows}, indent=1).encode() + b"\n")
    else:
        vault.remove(FILE)
