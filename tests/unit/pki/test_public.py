"""What is asked of a public CA, when it is due, and what is not taken from one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from rtcstack.pki import keys, public
from rtcstack.pki.ca import create_ca
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.certificate import CertificateRequest
from tests.unit.pki.examples import CA, DOMAINS, NOW, SIP, TURN, XMPP


def issued(request: CertificateRequest = XMPP) -> KeyPair:
    """A CA that puts nothing but DNS names into certificates, as public ones do."""
    bare = CertificateRequest(service=request.service, dns_names=request.dns_names, key_type=request.key_type)
    pair = issue(CA, bare, DOMAINS, NOW)
    return KeyPair(key_pem=pair.key_pem, certificate_pem=pair.certificate_pem + CA.certificate_pem)


def test_only_dns_names_are_asked_for_without_a_subject() -> None:
    key = keys.dump(keys.make("ecdsa"))
    request = x509.load_pem_x509_csr(public.signing_request(key, public.dns_names(XMPP)))

    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [name.value for name in names] == list(XMPP.dns_names)
    assert list(request.subject) == []
    assert keys.same(request.public_key(), keys.load(key).public_key())


def test_what_differs_from_our_own_ca_is_told_of_each_kind() -> None:
    assert list(public.differences(TURN)) == ["clients trust it without importing our CA"]
    sip, xmpp = "; ".join(public.differences(SIP)), "; ".join(public.differences(XMPP))
    assert "no URI sip:falcot.com, sip:sip.falcot.com" in sip
    assert "no SRV-ID" not in sip
    assert "no SRV-ID" in xmpp
    assert "clientAuth" in sip
    assert "clientAuth" in xmpp


def test_a_right_one_is_due_when_a_third_of_its_life_is_left_and_not_before() -> None:
    pair = issued()
    leaf = x509.load_pem_x509_certificate(pair.certificate_pem)
    third = public.due_from(leaf)

    assert leaf.not_valid_after_utc - third == (leaf.not_valid_after_utc - leaf.not_valid_before_utc) / 3
    assert public.due(pair, XMPP, NOW) is None
    assert public.due(pair, XMPP, third) is None
    assert public.due(pair, XMPP, third + timedelta(seconds=1)) is public.Due.EXPIRES_SOON
    assert public.due(pair, XMPP, leaf.not_valid_after_utc) is public.Due.EXPIRED


def test_everything_else_that_is_wrong_makes_it_due_at_once() -> None:
    pair = issued()

    assert public.due(replace(pair, certificate_pem=b"rubbish"), XMPP, NOW) is public.Due.UNREADABLE
    assert public.due(replace(pair, key_pem=keys.dump(keys.make("ecdsa"))), XMPP, NOW) is public.Due.KEY_MISMATCH
    assert public.due(pair, replace(XMPP, dns_names=("falcot.com",)), NOW) is public.Due.OTHER_NAMES
    assert public.due(pair, replace(XMPP, key_type="rsa"), NOW) is public.Due.OTHER_KEY_TYPE
    # What a public CA cannot give is no reason to ask again and again.
    assert public.due(pair, replace(XMPP, srv_ids=(), client_auth=False), NOW) is None


def test_what_a_ca_sends_is_refused_unless_it_is_what_was_asked_for() -> None:
    pair = issued()
    leaf, ca = (block + b"-----END CERTIFICATE-----\n" for block in pair.certificate_pem.split(b"-----END CERTIFICATE-----\n")[:2])
    stranger = create_ca(DOMAINS, NOW).certificate_pem

    assert public.wrong(pair, XMPP, NOW) == ""
    assert public.wrong(pair, SIP, NOW) == "other names are wanted"
    assert public.wrong(replace(pair, certificate_pem=leaf), XMPP, NOW) == "it comes without the certificate of who signed it"
    assert public.wrong(replace(pair, certificate_pem=leaf + stranger), XMPP, NOW) == "its chain is not in order"
    assert public.wrong(replace(pair, certificate_pem=ca + leaf), XMPP, NOW) != ""
    assert "is the clock here right?" in public.wrong(pair, XMPP, NOW - timedelta(days=1))


@pytest.mark.parametrize(("serial", "expected"), [(0x87654321, "AIdlQyE"), (0x07654321, "B2VDIQ"), (0x80, "AIA"), (0x7F, "fw")])
def test_the_identifier_for_renewal_information_has_the_serial_as_der_has_it(serial: int, expected: str) -> None:
    key = keys.make("ecdsa")
    name = x509.Name([])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(
            x509.AuthorityKeyIdentifier(bytes.fromhex("69885B6B8746404115B37B843BE6F4D0C6F2F2E6"), None, None), critical=False
        )
        .sign(key, SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)

    assert public.identifier(pem).split(".")[1] == expected
