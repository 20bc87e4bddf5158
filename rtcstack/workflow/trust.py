"""Whom a client has to believe, service by service: our own CA, the roots that every machine has, or those of a file.

What services themselves believe (`ca.pem` in their containers) is another matter: for verifying others it stays our own CA.
"""

import re
import ssl
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from cryptography import x509

from rtcstack.errors import Problem, RequestError
from rtcstack.plan.service import ServicePlan
from rtcstack.probes.result import Roots
from rtcstack.spec.acme import STAGING
from rtcstack.spec.load import invalid
from rtcstack.workflow.authority.material import trusted
from rtcstack.workflow.context import Installation

PATH = "certificates.trust_file"
SYSTEM = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
"""Where distributions keep the public roots in one file."""
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


def roots(installation: Installation, now: datetime) -> Roots:
    """Given an installation and the time, return by whose roots each service's certificate is to be verified.

    Raise RequestError if the file with the roots cannot be read.
    """
    by_address = {
        str(address): found
        for service in installation.stack.services
        if service.certificate is not None and service.source != "own-ca"
        for found in [of_service(installation, service, now)]
        for address in service.addresses
    }
    return Roots(trusted(installation.vault, now), by_address)


def every_root(installation: Installation, now: datetime) -> bytes:
    """Given an installation and the time, return what a client that uses all services must trust, as PEM."""
    found = roots(installation, now)
    return _joined(block for pem in (found.default, *found.by_address.values()) for block in blocks(pem))


def of_service(installation: Installation, service: ServicePlan, now: datetime) -> bytes:
    """Given a service and the time, return by which roots its certificate is verified, as PEM."""
    spec, ours = installation.stack.site.certificates, trusted(installation.vault, now)
    if service.source == "own-ca":
        return ours
    found = system() if spec.trust_file is None else from_file(installation.directory / spec.trust_file)
    if service.source == "files":
        # Until files are brought our own CA stands in; who brings a chain with its root believes that root.
        chain = blocks(installation.vault.read(f"{service.name}.crt") or b"")[1:]
        found += _joined(block for block in chain if _self_signed(block)) + ours
    return _joined(blocks(found))


def from_file(path: Path) -> bytes:
    """Given the path of a file with roots, return them as PEM. Raise RequestError if there are none."""
    try:
        found = _joined(blocks(path.read_bytes()))
        x509.load_pem_x509_certificates(found)
    except OSError as error:
        raise invalid((Problem(PATH, f"{path} cannot be read: {error.strerror}"),)) from error
    except ValueError:
        raise invalid((Problem(PATH, f"there is no certificate (PEM) in {path}"),)) from None
    return found


@cache
def system() -> bytes:
    """Return the public roots that this machine trusts, as PEM; nothing if it has none in one file."""
    default = ssl.get_default_verify_paths()
    for path in (default.cafile, *SYSTEM):
        if path and Path(path).is_file():
            return _joined(blocks(Path(path).read_bytes()))
    return b""


def blocks(pem: bytes) -> tuple[bytes, ...]:
    """Given PEM with whatever else between, return each certificate's own lines."""
    return tuple(_PEM.findall(pem))


def problems(installation: Installation) -> tuple[Problem, ...]:
    """Given an installation, return what is wrong with the file with the roots, if one is named or needed."""
    spec = installation.stack.site.certificates
    tried = spec.acme is not None and spec.acme.url == STAGING and bool(installation.stack.issued_by("acme"))
    if tried and spec.trust_file is None:
        needed = "is missing: nobody trusts what the staging directory issues, so name a file with its roots (PEM)"
        return (Problem(PATH, f"{needed}; `certificates.acme.production = true` uses the real one"),)
    try:
        if spec.trust_file is not None:
            from_file(installation.directory / spec.trust_file)
    except RequestError as error:
        return error.problems
    return ()


def _joined(found: Iterable[bytes]) -> bytes:
    return b"".join(block + b"\n" for block in dict.fromkeys(found))


def _self_signed(block: bytes) -> bool:
    try:
        found = x509.load_pem_x509_certificate(block)
    except ValueError:
        return False
    return found.subject == found.issuer
