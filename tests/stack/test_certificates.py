"""The certificates as files: who may read the keys, and what openssl and gnutls say of them, now and after their end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from rtcstack.pki.certificates import chain
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.tls_client import CA, SYSTEM, WRONG_CA

SERVICES = ["coturn", "coturn-ephemeral", "kamailio", "prosody"]
LEAF = "/lab/leaf.crt"
Judge = Callable[..., bool]


def openssl(lab: Lab, name: str, *, ca: str = CA, at: datetime | None = None) -> bool:
    moment = [] if at is None else ["-attime", str(int(at.timestamp()))]
    options = ["-x509_strict", "-purpose", "sslserver", "-CAfile", ca, *SYSTEM, "-verify_hostname", name]
    return lab.run(["openssl", "verify", *options, *moment, LEAF]).returncode == 0


def gnutls(lab: Lab, name: str, *, ca: str = CA, at: datetime | None = None) -> bool:
    moment = [] if at is None else ["--attime", f"{at:%Y-%m-%d %H:%M:%S}"]
    options = ["--verify-profile", "medium", "--load-ca-certificate", ca, "--verify-hostname", name]
    return lab.run(["certtool", "--verify", *options, *moment, "--infile", LEAF]).returncode == 0


JUDGES = pytest.mark.parametrize("judge", [openssl, gnutls])


@JUDGES
@pytest.mark.parametrize("service", SERVICES)
def test_each_name_until_its_end_and_no_other(stack: Stack, lab: Lab, service: str, judge: Judge) -> None:
    pem = (stack.directory / "secrets" / f"{service}.crt").read_bytes()
    end = x509.load_pem_x509_certificate(pem).not_valid_after_utc
    request = stack.plan.service(service).certificate
    assert request is not None
    lab.put(LEAF, pem)

    first = request.dns_names[0]
    assert not judge(lab, "other.falcot.com")
    assert not judge(lab, stack.address(service))
    assert not judge(lab, first, ca=WRONG_CA)
    assert not judge(lab, first, at=end + timedelta(days=1))
    assert not judge(lab, first, at=end - timedelta(days=91))
    assert judge(lab, first, at=end - timedelta(days=1))
    assert [name for name in request.dns_names if not judge(lab, name)] == []


@JUDGES
def test_the_ca_is_worth_nothing_for_a_foreign_domain(stack: Stack, lab: Lab, judge: Judge) -> None:
    # Signed with the CA's own key, past the code that would have refused.
    for name, accepted in (("www.evil.example", False), ("www.falcot.com", True)):
        lab.put(LEAF, forged(stack, name))
        assert judge(lab, name) is accepted


@JUDGES
@pytest.mark.parametrize(
    "changes", [{"key_type": "rsa"}, {"dns_names": (f"{'a' * 60}.falcot.com", "falcot.com")}], ids=["rsa", "empty-subject"]
)
def test_what_only_some_certificates_have_is_accepted_too(stack: Stack, lab: Lab, judge: Judge, changes: dict[str, Any]) -> None:
    request = stack.plan.service("kamailio").certificate
    assert request is not None
    asked = replace(request, **changes)
    key = (stack.directory / "secrets" / "ca.key").read_bytes()
    ca = KeyPair(key_pem=key, certificate_pem=stack.ca.read_bytes())
    lab.put(LEAF, chain(issue(ca, asked, ("falcot.com",), datetime.now(UTC)), ca.certificate_pem))

    assert not judge(lab, "other.falcot.com")
    assert not judge(lab, "falcot.com", ca=WRONG_CA)
    assert [name for name in asked.dns_names if not judge(lab, name)] == []


def forged(stack: Stack, name: str) -> bytes:
    key = load_pem_private_key((stack.directory / "secrets" / "ca.key").read_bytes(), password=None)
    assert isinstance(key, EllipticCurvePrivateKey)
    ca = x509.load_pem_x509_certificate(stack.ca.read_bytes())
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
    )


def test_the_masters_are_the_administrators_alone(stack: Stack) -> None:
    directory = stack.directory / "secrets"

    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in directory.iterdir() if path.stat().st_mode & 0o777 != 0o600} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_its_own_key_and_nobody_else_does(stack: Stack, service: str) -> None:
    uid, _ = stack.plan.service(service).main.user

    done = stack.exec(service, ["stat", "-L", "-c", "%u %a", "/config/tls/key.pem"])

    assert done.stdout.split() == [str(uid), "400"], done.stderr
    key = (stack.directory / "secrets" / f"{service}.key").read_text()
    assert stack.exec(service, ["cat", "/config/tls/key.pem"]).stdout == key


def test_the_command_prints_the_ca(stack: Stack) -> None:
    assert stack.ok("ca") == stack.ca.read_text()


def test_a_second_ca_is_never_made(stack: Stack) -> None:
    before = {name: (stack.directory / "secrets" / name).read_bytes() for name in ("ca.key", "ca.crt")}

    stack.ok("up", "--yes", seconds=300)

    assert {name: (stack.directory / "secrets" / name).read_bytes() for name in before} == before
