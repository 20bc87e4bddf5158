"""Two independent judges of a chain: OpenSSL and the verifier of `cryptography`. GnuTLS judges in tests/stack."""

import subprocess
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

Judge = Callable[[Path, bytes, bytes, str, datetime], bool]


def _files(folder: Path, chain: bytes, root: bytes) -> tuple[str, str, str]:
    leaf, *others = x509.load_pem_x509_certificates(chain)
    for name, content in {"leaf.crt": pem(leaf), "root.crt": root, "chain.crt": chain}.items():
        (folder / name).write_bytes(content)
    (folder / "others.crt").write_bytes(b"".join(pem(other) for other in others) or pem(leaf))
    return str(folder / "leaf.crt"), str(folder / "root.crt"), str(folder / "others.crt")


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def openssl(folder: Path, chain: bytes, root: bytes, name: str, at: datetime) -> bool:
    leaf, anchor, others = _files(folder, chain, root)
    moment = ["-attime", str(int(at.timestamp()))]
    options = ["-x509_strict", "-purpose", "sslserver", "-no-CApath", "-no-CAstore", "-CAfile", anchor, "-untrusted", others]
    kind = "-verify_ip" if name.replace(".", "").isdigit() else "-verify_hostname"
    return _passes(["openssl", "verify", *options, *moment, kind, name, leaf])


def cryptography(folder: Path, chain: bytes, root: bytes, name: str, at: datetime) -> bool:
    del folder
    leaf, *others = x509.load_pem_x509_certificates(chain)
    subject = _subject(name)
    builder = PolicyBuilder().store(Store([x509.load_pem_x509_certificate(root)])).time(at)
    try:
        builder.build_server_verifier(subject).verify(leaf, others)
    except VerificationError:
        return False
    return True


def _subject(name: str) -> x509.DNSName | x509.IPAddress:
    return x509.IPAddress(IPv4Address(name)) if name.replace(".", "").isdigit() else x509.DNSName(name)


def _passes(argv: list[str]) -> bool:
    return subprocess.run(argv, capture_output=True, timeout=30, check=False).returncode == 0


JUDGES = pytest.mark.parametrize("judge", [openssl, cryptography], ids=["openssl", "cryptography"])
