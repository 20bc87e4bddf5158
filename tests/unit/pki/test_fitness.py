from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rtcstack.pki.ca import create_ca
from rtcstack.pki.fitness import Audience, unfit
from rtcstack.pki.issue import issue
from rtcstack.pki.succession import cross_sign
from tests.unit.pki.examples import CA, DOMAINS, NOW, SIP, TURN

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
RSA = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


def public(*names: str, key_types: str = "rsa", client: bool = False) -> bytes:
    """A chain as public CAs send it: given the names from the leaf to the root, all of them but the root."""
    made: list[Key] = [RSA[at % 2] if key_types == "rsa" else ec.generate_private_key(ec.SECP256R1()) for at in range(len(names))]
    chain = b""
    for at, (name, issuer) in enumerate(pairwise(names)):
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(made[at].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW)
            .not_valid_after(NOW + timedelta(days=90))
        )
        if at == 0:
            uses = [ExtendedKeyUsageOID.SERVER_AUTH, *([ExtendedKeyUsageOID.CLIENT_AUTH] if client else [])]
            builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        chain += builder.sign(made[at + 1], SHA256()).public_bytes(Encoding.PEM)
    return chain


def audiences(chain: bytes, role: str, *, client_auth: bool = False) -> list[Audience]:
    return [found.audience for found in unfit(chain, role, client_auth=client_auth)]


def test_native_webrtc_knows_google_and_digicert_and_neither_lets_encrypt_nor_us() -> None:
    assert audiences(public("turn", "R12", "ISRG Root X1"), "turn") == [Audience.NATIVE_WEBRTC]
    assert audiences(issue(CA, TURN, DOMAINS, NOW).certificate_pem + CA.certificate_pem, "turn") == [Audience.NATIVE_WEBRTC]
    assert audiences(public("turn", "WR1", "GTS Root R1"), "turn") == []
    assert audiences(public("turn", "Some CA", "DigiCert Global Root G2"), "turn-ephemeral") == []


def test_it_is_told_for_turn_alone() -> None:
    assert audiences(public("xmpp", "R12", "ISRG Root X1"), "xmpp") == []


def test_old_phones_want_rsa_all_the_way_and_short_chains() -> None:
    assert audiences(public("sip", "E7", "ISRG Root X2", key_types="ecdsa"), "sip") == [Audience.OLD_PHONES]
    rsa_below_ecdsa = issue(CA, replace(SIP, key_type="rsa"), DOMAINS, NOW).certificate_pem + CA.certificate_pem
    (found,) = unfit(rsa_below_ecdsa, "sip", client_auth=True)
    assert "cannot verify" in found.reason
    assert audiences(public("sip", "A", "B", "C", "D"), "sip") == [Audience.OLD_PHONES]
    assert audiences(public("sip", "R12", "ISRG Root X1"), "sip") == []


def test_a_root_that_is_certified_by_another_root_is_told() -> None:
    (found,) = unfit(public("sip", "R12", "ISRG Root X1", "DST Root CA X3"), "sip", client_auth=False)

    assert "up to DST Root CA X3" in found.reason
    new = create_ca(DOMAINS, NOW, predecessor_pem=CA.certificate_pem)
    chain = issue(new, SIP, DOMAINS, NOW).certificate_pem + cross_sign(CA, new.certificate_pem, NOW)
    assert [u.reason for u in unfit(chain, "sip", client_auth=True) if "up to" in u.reason]


def test_who_calls_others_should_have_a_certificate_for_it() -> None:
    chain = public("xmpp", "R12", "ISRG Root X1")

    assert audiences(chain, "xmpp", client_auth=True) == [Audience.CLIENT_AUTH]
    assert audiences(public("xmpp", "R12", "ISRG Root X1", client=True), "xmpp", client_auth=True) == []
    assert audiences(chain, "xmpp", client_auth=False) == []


def test_what_is_no_chain_is_refused() -> None:
    with pytest.raises(ValueError, match="PEM"):
        unfit(b"rubbish", "turn", client_auth=False)
