from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki import keys
from rtcstack.pki.ca import create_ca
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.certificate import CertificateRequest
from tests.unit.pki.examples import CA, DOMAINS, EVERY, NOW, SIP, TURN, XMPP

WRONG_CA = create_ca(DOMAINS, NOW)


def load(pair: KeyPair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate_pem)


def judge(pair: KeyPair, name: str, *, ca: KeyPair = CA, now: datetime = NOW) -> None:
    """Raise VerificationError unless a strict client accepts the certificate for that name."""
    store = Store([load(ca)])
    PolicyBuilder().store(store).time(now).build_server_verifier(x509.DNSName(name)).verify(load(pair), [])


@pytest.fixture(scope="module", params=[*EVERY, *(replace(request, key_type="rsa") for request in EVERY)], ids=lambda r: r.service)
def issued(request: pytest.FixtureRequest) -> tuple[CertificateRequest, KeyPair]:
    return request.param, issue(CA, request.param, DOMAINS, NOW)


def test_the_wrong_name_is_refused(issued: tuple[CertificateRequest, KeyPair]) -> None:
    for name in ("evil.example", "other.falcot.com", "com", "www.turn-server.falcot.com"):
        with pytest.raises(VerificationError):
            judge(issued[1], name)


def test_the_wrong_ca_is_refused(issued: tuple[CertificateRequest, KeyPair]) -> None:
    with pytest.raises(VerificationError):
        judge(issued[1], issued[0].dns_names[0], ca=WRONG_CA)


def test_too_early_and_too_late_are_refused(issued: tuple[CertificateRequest, KeyPair]) -> None:
    for moment in (NOW - timedelta(hours=2), NOW + timedelta(days=90, seconds=1)):
        with pytest.raises(VerificationError):
            judge(issued[1], issued[0].dns_names[0], now=moment)


def test_every_name_is_accepted_from_the_first_to_the_last_moment(issued: tuple[CertificateRequest, KeyPair]) -> None:
    for name in issued[0].dns_names:
        for moment in (NOW - timedelta(minutes=59), NOW + timedelta(days=90, seconds=-1)):
            judge(issued[1], name, now=moment)


def test_it_is_an_end_certificate_with_the_usage_of_its_key(issued: tuple[CertificateRequest, KeyPair]) -> None:
    extensions = load(issued[1]).extensions
    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)

    assert (basic.critical, basic.value.ca) == (True, False)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert usage.value.key_encipherment == (issued[0].key_type == "rsa")


def test_the_key_is_the_one_that_was_asked_for(issued: tuple[CertificateRequest, KeyPair]) -> None:
    public = load(issued[1]).public_key()

    assert keys.is_of_type(public, issued[0].key_type)
    assert keys.same(public, keys.load(issued[1].key_pem).public_key())


def test_only_servers_that_call_others_are_clients_too() -> None:
    def uses(request: CertificateRequest) -> list[x509.ObjectIdentifier]:
        return list(load(issue(CA, request, DOMAINS, NOW)).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)

    assert uses(TURN) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert uses(XMPP) == uses(SIP) == [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


def test_identities_are_those_of_the_standards_and_no_others() -> None:
    def names(request: CertificateRequest) -> list[x509.GeneralName]:
        return list(load(issue(CA, request, DOMAINS, NOW)).extensions.get_extension_for_class(x509.SubjectAlternativeName).value)

    def srv(text: str) -> x509.OtherName:
        return x509.OtherName(x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7"), bytes([0x16, len(text)]) + text.encode())

    assert names(TURN) == [x509.DNSName("turn-server.falcot.com")]
    assert names(SIP) == [
        x509.DNSName("falcot.com"),
        x509.DNSName("sip.falcot.com"),
        x509.DNSName("sip-proxy.falcot.com"),
        x509.UniformResourceIdentifier("sip:falcot.com"),
        x509.UniformResourceIdentifier("sip:sip.falcot.com"),
    ]
    assert names(XMPP) == [
        *(x509.DNSName(name) for name in XMPP.dns_names),
        srv("_xmpp-client.falcot.com"),
        srv("_xmpp-server.falcot.com"),
        srv("_xmpp-server.conference.falcot.com"),
    ]


def test_identities_are_critical_only_without_a_subject() -> None:
    long = ".".join(["a" * 60, "falcot.com"])
    with_subject = load(issue(CA, TURN, DOMAINS, NOW))
    without = load(issue(CA, replace(TURN, dns_names=(long,)), DOMAINS, NOW))

    assert with_subject.subject.rfc4514_string() == "CN=turn-server.falcot.com"
    assert without.subject.rfc4514_string() == ""
    critical = [c.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical for c in (with_subject, without)]
    assert critical == [False, True]
    judge(issue(CA, replace(TURN, dns_names=(long,)), DOMAINS, NOW), long)


def test_two_certificates_of_one_request_share_neither_key_nor_serial() -> None:
    one, other = issue(CA, TURN, DOMAINS, NOW), issue(CA, TURN, DOMAINS, NOW)

    assert one.key_pem != other.key_pem
    assert load(one).serial_number != load(other).serial_number


def test_none_outlives_its_ca() -> None:
    late = load(CA).not_valid_after_utc - timedelta(days=10)

    assert load(issue(CA, TURN, DOMAINS, late)).not_valid_after_utc == load(CA).not_valid_after_utc


def test_an_expired_ca_issues_nothing() -> None:
    with pytest.raises(RequestError, match="the CA expired on 2036-02-29"):
        issue(CA, TURN, DOMAINS, load(CA).not_valid_after_utc)


def test_a_ca_whose_files_do_not_belong_together_issues_nothing() -> None:
    mixed = replace(CA, key_pem=WRONG_CA.key_pem)

    with pytest.raises(WorldError, match=r"secrets/ca\.key is not the key of secrets/ca\.crt"):
        issue(mixed, TURN, DOMAINS, NOW)


@pytest.mark.parametrize("damaged", [replace(CA, key_pem=b"rubbish"), replace(CA, certificate_pem=b"rubbish")])
def test_a_damaged_ca_issues_nothing(damaged: KeyPair) -> None:
    with pytest.raises(WorldError, match="cannot be read"):
        issue(damaged, TURN, DOMAINS, NOW)


def test_a_ca_made_for_fewer_domains_issues_nothing_outside_of_them() -> None:
    small = create_ca(("falcot.com",), NOW)
    alias = replace(SIP, dns_names=("falcot.com", "falcot.example"), sip_domains=("falcot.example",))

    with pytest.raises(RequestError, match=r"the CA was made for falcot\.com,? and") as caught:
        issue(small, alias, DOMAINS, NOW)

    assert [problem.message for problem in caught.value.problems] == [
        "DNS falcot.example is outside of falcot.com",
        "URI sip:falcot.example is outside of falcot.com",
    ]
    issue(CA, alias, DOMAINS, NOW)


def test_the_judge_honours_the_constraints_of_the_ca() -> None:
    # A certificate that the issuing code would have refused: signed here by hand with the CA's key.
    signer = keys.load(CA.key_pem)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(load(CA).subject)
        .public_key(signer.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("www.evil.example")]), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    forged = builder.sign(signer, SHA256()).public_bytes(Encoding.PEM)

    with pytest.raises(VerificationError, match="constraint"):
        judge(KeyPair(key_pem=CA.key_pem, certificate_pem=forged), "www.evil.example")
