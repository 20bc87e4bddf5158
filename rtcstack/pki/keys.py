"""Private keys: made, written and read as unencrypted PKCS #8 (RFC 5958), which every server here understands."""

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key

from rtcstack.plan.certificate import KeyType

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey
RSA_BITS = 2048
"""For old desk phones that know no elliptic curves; enough until 2030 (NIST SP 800-57 part 1, table 2)."""


def make(key_type: KeyType) -> PrivateKey:
    """Given a key type, return a new key: P-256 or RSA-2048."""
    if key_type == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1())


def dump(key: PrivateKey) -> bytes:
    """Given a key, return it as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load(pem: bytes) -> PrivateKey:
    """Given PEM, return the key. Raise ValueError if it is none, is encrypted, or is of another kind than ours."""
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError as error:
        raise ValueError("the key is encrypted") from error
    if not isinstance(key, PrivateKey):
        raise ValueError("the key is neither ECDSA nor RSA")  # noqa: TRY004 - one kind of error for whoever reads a file
    return key


def same(one: PublicKeyTypes, other: PublicKeyTypes) -> bool:
    """Given two public keys, return whether they are the same."""
    return _spki(one) == _spki(other)


def is_of_type(key: PublicKeyTypes, key_type: KeyType) -> bool:
    """Given a public key, return whether it is what `make` makes for that type."""
    if key_type == "rsa":
        return isinstance(key, rsa.RSAPublicKey) and key.key_size == RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
