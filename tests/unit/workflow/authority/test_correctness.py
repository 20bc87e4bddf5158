"""Every certificate of every service, as the whole plan asks for it, before independent judges: each name, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from rtcstack.errors import RequestError
from rtcstack.pki.ca import create_ca
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.workflow.context import plan_text
from tests.unit.pki.judges import JUDGES, Judge, pem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOMAINS = ("falcot.com", "falcot.example")
TEXT = """\
domain = "falcot.com"
aliases = ["falcot.example"]
[network]
subnet = "198.51.100.0/24"
"""
RSA = "".join(f'[services.{name}]\nkey_type = "rsa"\n' for name in ("coturn", "coturn-ephemeral", "kamailio", "prosody"))
CA, OTHER = create_ca(DOMAINS, NOW), create_ca(DOMAINS, NOW)


def requests(extra: str = "") -> list[CertificateRequest]:
    stack = plan_text(Path("/nowhere"), TEXT + extra).stack
    return [service.certificate for service in stack.services if service.certificate is not None]


EVERY = [*requests(), *requests(RSA)]
ISSUED = [(request, issue(CA, request, DOMAINS, NOW)) for request in EVERY]
ISSUES = pytest.mark.parametrize("issued", ISSUED, ids=lambda pair: f"{pair[0].service}-{pair[0].key_type}")
Issued = tuple[CertificateRequest, KeyPair]


def chain(issued: Issued) -> bytes:
    return issued[1].certificate_pem + CA.certificate_pem


def test_these_are_all_services_with_each_kind_of_key() -> None:
    kinds = [(request.service, request.key_type) for request in EVERY]

    assert {service for service, _ in kinds} == {"coturn", "coturn-ephemeral", "kamailio", "prosody"}
    assert len(set(kinds)) == 8


@JUDGES
@ISSUES
def test_refused_by_address_by_another_name_by_another_ca_and_out_of_its_time(tmp_path: Path, issued: Issued, judge: Judge) -> None:
    name = issued[0].dns_names[0]
    for wrong in ("198.51.100.10", "other.falcot.com", f"www.{name}", "evil.example", "com"):
        assert not judge(tmp_path, chain(issued), CA.certificate_pem, wrong, NOW), wrong
    assert not judge(tmp_path, chain(issued), OTHER.certificate_pem, name, NOW)
    for moment in (NOW - timedelta(days=1), NOW + timedelta(days=91)):
        assert not judge(tmp_path, chain(issued), CA.certificate_pem, name, moment)


@JUDGES
@ISSUES
def test_accepted_by_each_of_its_names(tmp_path: Path, issued: Issued, judge: Judge) -> None:
    assert [n for n in issued[0].dns_names if not judge(tmp_path, chain(issued), CA.certificate_pem, n, NOW)] == []


@JUDGES
@pytest.mark.parametrize("name", ["www.evil.example", "falcot.com.evil.example", "xfalcot.com", "falcot.com"])
def test_what_was_signed_past_our_own_refusal_is_worth_nothing_elsewhere(tmp_path: Path, name: str, judge: Judge) -> None:
    key = load_pem_private_key(CA.key_pem, password=None)
    issuer = x509.load_pem_x509_certificate(CA.certificate_pem)
    assert isinstance(key, EllipticCurvePrivateKey)
    forged = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )

    accepted = judge(tmp_path, pem(forged) + CA.certificate_pem, CA.certificate_pem, name, NOW + timedelta(hours=1))

    assert accepted is (name == "falcot.com")


@pytest.mark.parametrize(
    "foreign",
    [
        {"srv_ids": ("_xmpp-server.evil.example",)},
        {"sip_domains": ("evil.example",)},
        {"dns_names": ("falcot.com", "evil.example")},
        {"dns_names": ("falcot.com", "198.51.100.10")},
        {"srv_ids": ("_xmpp-server.falcot.com.evil.example",)},
    ],
    ids=str,
)
def test_an_identity_of_a_foreign_domain_is_refused_before_it_is_signed(foreign: dict[str, Any]) -> None:
    for request in EVERY[:4]:
        with pytest.raises(RequestError, match="cannot be issued"):
            issue(CA, replace(request, **foreign), DOMAINS, NOW)
