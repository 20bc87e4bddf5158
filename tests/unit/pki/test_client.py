from datetime import timedelta
from pathlib import Path
from subprocess import run

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki import keys
from rtcstack.pki.client import LIFETIME, issue_client
from rtcstack.pki.identity import at_or_below
from rtcstack.pki.names import texts
from tests.unit.pki.examples import CA, DOMAINS, NOW

PARTNER = "partner.example"


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "falcot.com")])
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("falcot.com")]), critical=False)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("name", ["", "partner", "Partner.example", "*.partner.example", "192.0.2.1", "a@b.example", "p.example."])
def test_what_is_no_domain_gets_none(name: str) -> None:
    with pytest.raises(RequestError, match="not a domain"):
        issue_client(CA, name, DOMAINS, NOW)


@pytest.mark.parametrize("name", ["falcot.com", "prosody.falcot.com", "falcot.example"])
def test_our_own_domains_get_none(name: str) -> None:
    with pytest.raises(RequestError, match="is ours"):
        issue_client(CA, name, DOMAINS, NOW)


@given(st.from_regex(r"[a-z0-9-]{1,8}(\.[a-z0-9-]{1,8}){1,3}", fullmatch=True))
def test_whoever_gets_one_is_named_by_a_domain_of_their_own(name: str) -> None:
    try:
        pem = issue_client(CA, name, DOMAINS, NOW).certificate_pem
    except RequestError:
        return
    found = x509.load_pem_x509_certificate(pem)
    names = texts(found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    assert names == (f"sip:{name}", f"_xmpp-server.{name}")
    assert not at_or_below(name, DOMAINS)


def test_it_is_for_clients_alone_and_for_a_year() -> None:
    made = issue_client(CA, PARTNER, DOMAINS, NOW)
    found = x509.load_pem_x509_certificate(made.certificate_pem)

    uses = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert found.not_valid_after_utc == NOW.replace(microsecond=0) + LIFETIME
    assert not found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert made.key_pem is not None
    assert keys.same(keys.load(made.key_pem).public_key(), found.public_key())


def test_openssl_takes_it_for_a_client_and_for_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_bytes(CA.certificate_pem)
    (tmp_path / "client.crt").write_bytes(issue_client(CA, PARTNER, DOMAINS, NOW).certificate_pem)
    at = str(int((NOW + timedelta(days=1)).timestamp()))

    def accepted(purpose: str) -> bool:
        options = ["-x509_strict", "-purpose", purpose, "-attime", at, "-CAfile", "ca.crt", "client.crt"]
        return run(["openssl", "verify", *options], cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode == 0

    assert not accepted("sslserver")
    assert accepted("sslclient")


def test_of_a_request_only_the_key_counts() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    made = issue_client(CA, PARTNER, DOMAINS, NOW, csr_pem=request(key))
    found = x509.load_pem_x509_certificate(made.certificate_pem)

    assert made.key_pem is None
    assert keys.same(found.public_key(), key.public_key())
    assert b"falcot.com" not in found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.public_bytes()


def test_a_request_that_is_none_or_weak_or_not_signed_by_its_key_is_refused() -> None:
    good = x509.load_pem_x509_csr(request(ec.generate_private_key(ec.SECP256R1()))).public_bytes(Encoding.DER)
    broken = x509.load_der_x509_csr(good[:-1] + bytes([good[-1] ^ 1])).public_bytes(Encoding.PEM)
    refused = {
        "rubbish": (b"rubbish", "no certificate request"),
        "changed": (broken, "not signed by its own key"),
        "weak": (request(rsa.generate_private_key(65537, 1024)), "2048 bits or more"),  # noqa: S505
        "other": (request(ed25519.Ed25519PrivateKey.generate()), "P-256"),
    }
    for csr, sentence in refused.values():
        with pytest.raises(RequestError, match=sentence):
            issue_client(CA, PARTNER, DOMAINS, NOW, csr_pem=csr)


def test_a_ca_that_has_ended_issues_none() -> None:
    with pytest.raises(WorldError, match="ended"):
        issue_client(CA, PARTNER, DOMAINS, NOW + timedelta(days=4000))
