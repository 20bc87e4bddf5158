"""Is it still right? Each reason alone makes a certificate wrong; without one it stays."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from rtcstack.errors import WorldError
from rtcstack.pki.ca import create_ca
from rtcstack.pki.certificates import Reason, chain, describe, fingerprint, reason_to_renew, spki_sha256
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.certificate import CertificateRequest, KeyType
from tests.unit.pki.examples import CA, DOMAINS, EVERY, NOW, SIP, TURN, XMPP

KINDS: tuple[KeyType, ...] = ("ecdsa", "rsa")
OTHER_CA = create_ca(DOMAINS, NOW)


def whole(pair: KeyPair, ca: KeyPair = CA) -> KeyPair:
    return KeyPair(key_pem=pair.key_pem, certificate_pem=chain(pair, ca.certificate_pem))


PAIR = whole(issue(CA, XMPP, DOMAINS, NOW))


def reason(pair: KeyPair, **changes: object) -> Reason | None:
    request = replace(XMPP, **changes)  # type: ignore[arg-type]
    return reason_to_renew(pair, request, CA.certificate_pem, NOW)


@pytest.mark.parametrize("asked", [replace(each, key_type=kind) for each in EVERY for kind in KINDS], ids=lambda r: r.service)
def test_a_fresh_one_is_right(asked: CertificateRequest) -> None:
    assert reason_to_renew(whole(issue(CA, asked, DOMAINS, NOW)), asked, CA.certificate_pem, NOW) is None


def test_the_order_of_names_does_not_matter() -> None:
    assert reason(PAIR, dns_names=tuple(reversed(XMPP.dns_names))) is None


def test_another_set_of_names() -> None:
    assert reason(PAIR, dns_names=XMPP.dns_names[1:]) is Reason.OTHER_NAMES
    assert reason(PAIR, dns_names=(*XMPP.dns_names, "new.falcot.com")) is Reason.OTHER_NAMES
    assert reason(PAIR, srv_ids=()) is Reason.OTHER_NAMES
    assert reason(PAIR, sip_domains=("falcot.com",)) is Reason.OTHER_NAMES


def test_another_key_type_and_another_use() -> None:
    assert reason(PAIR, key_type="rsa") is Reason.OTHER_KEY_TYPE
    assert reason(PAIR, client_auth=False) is Reason.OTHER_USE


def test_another_key() -> None:
    stranger = issue(CA, XMPP, DOMAINS, NOW)
    assert reason(KeyPair(key_pem=stranger.key_pem, certificate_pem=PAIR.certificate_pem)) is Reason.KEY_MISMATCH


def test_another_ca() -> None:
    assert reason(whole(issue(OTHER_CA, XMPP, DOMAINS, NOW), OTHER_CA)) is Reason.OTHER_CA
    # Ours in the chain, but not the issuer; and the issuer, but not in the chain.
    assert reason(whole(issue(OTHER_CA, XMPP, DOMAINS, NOW))) is Reason.OTHER_CA
    assert reason(issue(CA, XMPP, DOMAINS, NOW)) is Reason.OTHER_CA


def test_the_end_draws_near() -> None:
    def after(days: float) -> Reason | None:
        return reason_to_renew(PAIR, XMPP, CA.certificate_pem, NOW + timedelta(days=days))

    assert [after(59), after(60.1), after(89), after(91)] == [None, Reason.EXPIRES_SOON, Reason.EXPIRES_SOON, Reason.EXPIRED]


def test_what_ends_with_its_ca_stays_to_the_end() -> None:
    end = x509.load_pem_x509_certificate(CA.certificate_pem).not_valid_after_utc
    pair = whole(issue(CA, TURN, DOMAINS, end - timedelta(days=20)))

    assert reason_to_renew(pair, TURN, CA.certificate_pem, end - timedelta(days=10)) is None
    assert reason_to_renew(pair, TURN, CA.certificate_pem, end) is Reason.EXPIRED


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", PAIR.certificate_pem[:200]])
def test_rubbish(rubbish: bytes) -> None:
    assert reason(KeyPair(key_pem=PAIR.key_pem, certificate_pem=rubbish)) is Reason.UNREADABLE
    assert reason(KeyPair(key_pem=rubbish, certificate_pem=PAIR.certificate_pem)) is Reason.UNREADABLE


def test_a_ca_in_place_of_a_certificate() -> None:
    assert reason(KeyPair(key_pem=CA.key_pem, certificate_pem=CA.certificate_pem)) is Reason.UNREADABLE


def test_what_it_says() -> None:
    found = describe(whole(issue(CA, SIP, DOMAINS, NOW)).certificate_pem)

    assert found.names == ("falcot.com", "sip.falcot.com", "sip-proxy.falcot.com", "sip:falcot.com", "sip:sip.falcot.com")
    assert found.not_after == NOW.replace(microsecond=0) + timedelta(days=90)
    assert describe(PAIR.certificate_pem).names[-1] == "_xmpp-server.conference.falcot.com"


def test_the_digest_is_that_of_the_first_certificate() -> None:
    leaf = x509.load_pem_x509_certificates(PAIR.certificate_pem)[0]

    assert fingerprint(PAIR.certificate_pem) == describe(PAIR.certificate_pem).sha256
    assert bytes.fromhex(fingerprint(PAIR.certificate_pem)) == leaf.fingerprint(SHA256())


def test_rubbish_says_nothing() -> None:
    for read in (fingerprint, describe, spki_sha256):
        with pytest.raises(WorldError, match="cannot be read"):
            read(b"rubbish")
    with pytest.raises(WorldError, match="CA's certificate"):
        reason_to_renew(PAIR, XMPP, b"rubbish", NOW)
