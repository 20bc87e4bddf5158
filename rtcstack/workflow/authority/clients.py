"""Partners' certificates: issued, remembered as `client.NAME.SERIAL.crt` in the vault (never their keys), and listed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from rtcstack.engine.new_file import new_file
from rtcstack.engine.vault import Vault
from rtcstack.errors import RequestError
from rtcstack.pki.ca import authority
from rtcstack.pki.certificates import leaf
from rtcstack.pki.client import issue_client
from rtcstack.workflow.authority import lists
from rtcstack.workflow.authority.material import certificate, issuing
from rtcstack.workflow.context import Installation

_PREFIX, _SUFFIX = "client.", ".crt"
_LARGEST_REQUEST = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A partner's certificate: whose, its serial number, until when, and whether it is `valid`, `revoked` or has `ended`."""

    name: str
    serial: int
    not_after: datetime
    state: str


def issue(installation: Installation, name: str, output: Path, now: datetime, *, csr: Path | None = None) -> Client:
    """Given a partner's domain and a file that does not exist yet, issue a certificate for that partner into the file.

    The file holds the key too, before the certificate, unless a request (`csr`) was given. The CA follows: partners send it along.
    Raise RequestError, with nothing issued, if name, request or file are wrong; WorldError if the CA's key cannot be had.
    """
    site = installation.stack.site
    request = None if csr is None else _read(csr)
    made: list[Client] = []

    def pieces() -> Iterator[bytes]:
        # Taken only when the file is known to be new; what is issued is remembered before anybody can have it.
        ca = issuing(installation)
        issued = issue_client(ca, name, (site.domain, *site.aliases), now, csr_pem=request)
        found = x509.load_pem_x509_certificate(issued.certificate_pem)
        installation.vault.create(f"{_PREFIX}{name}.{found.serial_number:x}{_SUFFIX}", issued.certificate_pem)
        made.append(Client(name=name, serial=found.serial_number, not_after=found.not_valid_after_utc, state="valid"))
        yield issued.key_pem or b""
        yield issued.certificate_pem
        yield ca.certificate_pem

    new_file(output, pieces())
    return made[0]


def clients(vault: Vault, now: datetime) -> tuple[Client, ...]:
    """Given the vault and the time, return every certificate that was issued for a partner, by name and end."""
    revoked = frozenset(lists.serials(vault, now))
    found = []
    for name, certified in _known(vault):
        state = "revoked" if certified.serial_number in revoked else "ended" if now >= certified.not_valid_after_utc else "valid"
        found.append(Client(name=name, serial=certified.serial_number, not_after=certified.not_valid_after_utc, state=state))
    return tuple(sorted(found, key=lambda client: (client.name, client.not_after)))


def certificate_of(vault: Vault, serial: int) -> bytes | None:
    """Given a serial number, return the partner's certificate that has it as PEM, or None."""
    for file in vault.names():
        if _is_client(file) and file.endswith(f".{serial:x}{_SUFFIX}"):
            return vault.read(file)
    return None


def issuer_of(vault: Vault, pem: bytes, now: datetime) -> bytes | None:
    """Given a certificate as PEM, return the CA of ours that issued it and is trusted still, as PEM, or None."""
    certified = leaf(pem)
    if certified is None:
        return None
    for candidate in lists.authorities(vault, now):
        try:
            certified.verify_directly_issued_by(authority(candidate))
        except Exception:  # noqa: BLE001, S112 - each kind of key says in its own way that it did not sign this
            continue
        return candidate
    return None


def _known(vault: Vault) -> Iterator[tuple[str, x509.Certificate]]:
    certificate(vault)
    for file in sorted(filter(_is_client, vault.names())):
        if (certified := leaf(vault.read(file))) is not None:
            yield file.removeprefix(_PREFIX).removesuffix(_SUFFIX).rpartition(".")[0], certified


def _is_client(file: str) -> bool:
    return file.startswith(_PREFIX) and file.endswith(_SUFFIX)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST_REQUEST)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}", hint="See its path, owner and mode.") from error
