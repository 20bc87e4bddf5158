"""What an administrator brings: everything that is wrong is told at once, each thing alone is enough, and what is right passes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rtcstack.pki import brought, keys
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.pairs import broken, clock_fault, in_order
from rtcstack.plan.certificate import CertificateRequest, KeyType
from tests.unit.pki.examples import CA, NOW, SIP, TURN, XMPP

DAY = timedelta(days=1)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Somebody:
    """A CA that is not ours."""

    def __init__(self, name: str, issuer: "Somebody | None" = None, *, days: int = 1000) -> None:
        self.key, self.name = keys.make("ecdsa"), named(name)
        above = issuer or self
        self.certificate = self.sign_by(above, self.name, self.key.public_key(), days=days, ca=True)

    @staticmethod
    def sign_by(
        issuer: "Somebody",
        name: x509.Name,
        public: keys.PublicKey,
        *,
        days: int = 90,
        ca: bool = False,
        names: tuple[str, ...] = (),
        client_only: bool = False,
    ) -> x509.Certificate:
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - DAY)
            .not_valid_after(NOW + days * DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if names:
            made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        if not ca:
            use = ExtendedKeyUsageOID.CLIENT_AUTH if client_only else ExtendedKeyUsageOID.SERVER_AUTH
            made = made.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        return made.sign(issuer.key, SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def pair(self, names: tuple[str, ...], *, kind: KeyType = "ecdsa", days: int = 90, client_only: bool = False) -> KeyPair:
        key = keys.make(kind)
        leaf = self.sign_by(self, named("leaf"), key.public_key(), days=days, names=names, client_only=client_only)
        return KeyPair(key_pem=keys.dump(key), certificate_pem=leaf.public_bytes(Encoding.PEM) + self.pem)


ROOT = Somebody("root")
MIDDLE = Somebody("middle", ROOT)
GOOD = MIDDLE.pair(TURN.dns_names)


def faults(pair: KeyPair, request: CertificateRequest = TURN, roots: bytes = ROOT.pem) -> tuple[str, ...]:
    return brought.faults(pair, request, roots, NOW)


def leaf_of(pair: KeyPair) -> bytes:
    return x509.load_pem_x509_certificate(pair.certificate_pem).public_bytes(Encoding.PEM)


def test_what_is_right_has_no_fault() -> None:
    assert faults(GOOD) == ()
    assert faults(replace(GOOD, certificate_pem=GOOD.certificate_pem + ROOT.pem)) == ()
    # A root in the chain is believed: the administrator brought it.
    assert faults(replace(GOOD, certificate_pem=GOOD.certificate_pem + ROOT.pem), roots=b"") == ()
    assert faults(MIDDLE.pair(TURN.dns_names, kind="rsa"), replace(TURN, key_type="rsa")) == ()


def test_a_key_of_another_certificate_is_told() -> None:
    assert faults(replace(GOOD, key_pem=MIDDLE.pair(TURN.dns_names).key_pem)) == ("the key is not the certificate's",)


@pytest.mark.parametrize("key", [b"", b"rubbish", CA.certificate_pem])
def test_no_key_is_told_without_showing_it(key: bytes) -> None:
    assert faults(replace(GOOD, key_pem=key)) == ("the key cannot be read: it must be PEM, ECDSA or RSA, without a passphrase",)


def test_no_certificate_is_told() -> None:
    assert faults(replace(GOOD, certificate_pem=b"rubbish")) == ("the certificate cannot be read",)


def test_a_chain_in_another_order_is_told() -> None:
    turned = leaf_of(GOOD) + ROOT.pem + MIDDLE.pem
    assert any("not in order" in fault for fault in faults(replace(GOOD, certificate_pem=turned)))
    assert not in_order(x509.load_pem_x509_certificates(turned))


def test_a_chain_without_the_one_in_the_middle_is_told() -> None:
    (fault,) = faults(replace(GOOD, certificate_pem=leaf_of(GOOD)))
    assert fault.startswith("its chain ends at CN=middle, whom nobody here trusts")


def test_a_root_that_nobody_knows_is_told() -> None:
    assert any("whom nobody here trusts" in fault for fault in faults(GOOD, roots=Somebody("root").pem))


def test_an_expired_one_in_the_middle_is_told() -> None:
    old = Somebody("old", ROOT, days=0)
    (fault,) = faults(old.pair(TURN.dns_names))
    assert fault == f"CN=old in its chain ended on {NOW:%Y-%m-%d}"


def test_an_expired_one_and_one_that_has_not_begun_are_told() -> None:
    assert broken(GOOD, NOW + 91 * DAY) == f"the certificate ended on {NOW + 90 * DAY:%Y-%m-%d}"
    assert "begins only at" in broken(GOOD, NOW - 2 * DAY)
    assert broken(GOOD, NOW) == ""


def test_every_missing_name_is_told() -> None:
    (fault,) = faults(MIDDLE.pair(("turn.falcot.com",)))
    assert fault == "turn-server.falcot.com is not among its DNS names"
    assert len(faults(MIDDLE.pair(("falcot.com",)), XMPP)) == 3


def test_a_wildcard_is_one_label_and_no_identity_in_sip() -> None:
    assert faults(MIDDLE.pair(("*.falcot.com",))) == ()
    assert faults(MIDDLE.pair(("*.com",))) != ()
    assert faults(MIDDLE.pair(("*.falcot.com", "falcot.com")), XMPP) == ()
    assert [fault.split()[0] for fault in faults(MIDDLE.pair(("*.falcot.com", "falcot.com")), SIP)] == list(SIP.dns_names[1:])


def test_a_certificate_for_clients_only_is_told() -> None:
    assert faults(MIDDLE.pair(TURN.dns_names, client_only=True)) == ("it is not for servers (serverAuth)",)


def test_another_kind_of_key_is_told() -> None:
    assert faults(MIDDLE.pair(TURN.dns_names, kind="rsa")) == (
        "coturn wants an ECDSA key on P-256 or P-384 (key_type in its section says otherwise)",
    )
    assert len(faults(GOOD, replace(TURN, key_type="rsa"))) == 1


def test_everything_is_told_at_once() -> None:
    wrong = MIDDLE.pair(("turn.falcot.com",), kind="rsa", client_only=True)
    assert len(faults(replace(wrong, certificate_pem=leaf_of(wrong)))) == 4


def test_what_only_our_ca_says_is_said_and_not_refused() -> None:
    assert brought.remarks(GOOD, TURN) == ()
    first, second = brought.remarks(MIDDLE.pair(SIP.dns_names), SIP)
    assert first.startswith("it does not say sip:falcot.com, sip:sip.falcot.com")
    assert second.startswith("it is not for clients")


def test_a_clock_before_our_own_certificates_is_wrong() -> None:
    stored = GOOD.certificate_pem
    assert clock_fault(CA.certificate_pem, stored, NOW) == ""
    assert clock_fault(CA.certificate_pem, None, NOW - DAY).startswith("our CA begins")
    late = Somebody.sign_by(ROOT, named("late"), keys.make("ecdsa").public_key())
    assert clock_fault(ROOT.pem, late.public_bytes(Encoding.PEM), NOW) == ""
    assert clock_fault(ROOT.pem, b"rubbish", NOW) == ""
