from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from rtcstack.errors import WorldError
from rtcstack.pki import keys
from rtcstack.pki.ca import create_ca
from tests.unit.pki.examples import CA, NOW

CERTIFICATE = x509.load_pem_x509_certificate(CA.certificate_pem)


def extension(kind: type[x509.ExtensionType]) -> tuple[bool, x509.ExtensionType]:
    found = CERTIFICATE.extensions.get_extension_for_class(kind)
    return found.critical, found.value


def test_it_may_issue_end_certificates_and_certify_its_successor() -> None:
    assert extension(x509.BasicConstraints) == (True, x509.BasicConstraints(ca=True, path_length=1))
    critical, usage = extension(x509.KeyUsage)
    assert critical
    assert isinstance(usage, x509.KeyUsage)
    assert (usage.key_cert_sign, usage.crl_sign, usage.digital_signature, usage.key_encipherment) == (True, True, False, False)


def test_it_is_bound_to_our_domains_and_to_no_address() -> None:
    assert extension(x509.NameConstraints) == (
        # Mbed TLS (Linphone) does not know this extension and would refuse a critical one.
        False,
        x509.NameConstraints(
            # sip.falcot.com lies below falcot.com already.
            permitted_subtrees=[x509.DNSName("falcot.com"), x509.DNSName("falcot.example")],
            excluded_subtrees=[x509.IPAddress(IPv4Network("0.0.0.0/0")), x509.IPAddress(IPv6Network("::/0"))],
        ),
    )


def test_its_key_is_p256_and_it_lasts_ten_years() -> None:
    key = CERTIFICATE.public_key()

    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert CERTIFICATE.not_valid_before_utc <= NOW - timedelta(minutes=59)
    assert CERTIFICATE.not_valid_after_utc == datetime(2036, 2, 29, 12, tzinfo=UTC)


def test_its_key_identifier_is_there_for_whoever_looks_for_the_issuer() -> None:
    critical, identifier = extension(x509.SubjectKeyIdentifier)
    assert (critical, identifier) == (False, x509.SubjectKeyIdentifier.from_public_key(CERTIFICATE.public_key()))


def test_two_have_different_keys_and_serials() -> None:
    other = create_ca(("falcot.com",), NOW)

    assert other.key_pem != CA.key_pem
    assert x509.load_pem_x509_certificate(other.certificate_pem).serial_number != CERTIFICATE.serial_number


def test_a_key_made_before_a_kill_is_used() -> None:
    again = create_ca(("falcot.com",), NOW, key_pem=CA.key_pem)

    assert again.key_pem == CA.key_pem
    assert keys.same(x509.load_pem_x509_certificate(again.certificate_pem).public_key(), CERTIFICATE.public_key())


def test_half_a_key_is_refused() -> None:
    with pytest.raises(WorldError, match=r"secrets/ca\.key cannot be read"):
        create_ca(("falcot.com",), NOW, key_pem=CA.key_pem[:100])


def test_a_long_domain_fits_into_its_name() -> None:
    domain = ".".join(["a" * 60, "b" * 60, "c" * 60, "example"])

    certificate = x509.load_pem_x509_certificate(create_ca((domain,), NOW).certificate_pem)

    assert len(certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value) == 64


def test_its_key_does_not_show_itself() -> None:
    assert "PRIVATE" not in repr(CA)
    assert CA.key_pem.startswith(b"-----BEGIN PRIVATE KEY-----")
