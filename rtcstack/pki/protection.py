"""A private key under a passphrase: encrypted PKCS #8 (RFC 5958) with scrypt and AES-256-CBC (RFC 7914 section 7, RFC 8018).

The serializer of `cryptography` derives keys by 2,048 rounds of PBKDF2, which a stolen file does not withstand for long.
`openssl pkey` reads what is written here.
"""

import base64
import os
import textwrap

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki import keys

COST, BLOCK, PARALLEL = 1 << 14, 8, 5
"""N, r and p of scrypt: 16 MiB and a third of a second a try. OpenSSL refuses more than 32 MiB."""
SHORTEST = 12
"""Characters of a passphrase: whoever has the file may try as often as they like."""
LONGEST = 1024
_LABEL = "ENCRYPTED PRIVATE KEY"
_PBES2, _SCRYPT, _AES = "2a864886f70d01050d", "2b06010401da47040b", "60864801650304012a"
"""Object identifiers: pkcs5PBES2, id-scrypt, aes256-CBC-PAD."""


def is_protected(pem: bytes) -> bool:
    """Given a key as PEM, return whether it is under a passphrase."""
    return b"ENCRYPTED" in pem


def protect(pem: bytes, passphrase: bytes) -> bytes:
    """Given an open key as PEM and a passphrase, return the key under it. Raise RequestError if the passphrase is too short."""
    if not SHORTEST <= len(passphrase) <= LONGEST:
        raise RequestError(f"the passphrase has {len(passphrase)} bytes; {SHORTEST} to {LONGEST} are allowed")
    clear = keys.load(pem).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    salt, vector = os.urandom(16), os.urandom(16)
    derived = Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=PARALLEL).derive(passphrase)
    padder, encryptor = PKCS7(128).padder(), Cipher(AES256(derived), CBC(vector)).encryptor()
    sealed = encryptor.update(padder.update(clear) + padder.finalize()) + encryptor.finalize()
    derivation = _sequence(_oid(_SCRYPT), _sequence(_octets(salt), *(_integer(value) for value in (COST, BLOCK, PARALLEL))))
    scheme = _sequence(_oid(_AES), _octets(vector))
    der = _sequence(_sequence(_oid(_PBES2), _sequence(derivation, scheme)), _octets(sealed))
    lines = textwrap.wrap(base64.b64encode(der).decode(), 64)
    return "\n".join([f"-----BEGIN {_LABEL}-----", *lines, f"-----END {_LABEL}-----", ""]).encode()


def unprotect(pem: bytes, passphrase: bytes) -> bytes:
    """Given a key under a passphrase, return it open, as PEM. Raise RequestError if that is wrong, WorldError if it is no key."""
    try:
        key = load_pem_private_key(pem, passphrase)
    except ValueError as error:
        if _is_refusal(error) or any(_refuses(pem, passphrase + b"?" * number) for number in range(1, 5)):
            raise RequestError("the passphrase is not the CA key's", hint="Type the command again.") from None
        raise WorldError("the CA's key cannot be read", hint="Put it back from a copy.") from None
    if not isinstance(key, keys.PrivateKey):
        raise WorldError("the CA's key is neither ECDSA nor RSA", hint="Put it back from a copy.")
    return keys.dump(key)


def _refuses(pem: bytes, passphrase: bytes) -> bool:
    # One wrong passphrase in 256 yields a last block that ends like padding (RFC 5652 section 6.3); five in a row hardly do.
    try:
        load_pem_private_key(pem, passphrase)
    except ValueError as error:
        return _is_refusal(error)
    return False


def _is_refusal(error: ValueError) -> bool:
    return "password" in str(error).lower()


def _tagged(tag: int, content: bytes) -> bytes:
    # DER (X.690 section 8.1.3): nothing here is longer than 65,535 bytes.
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else bytes([0x82, *divmod(size, 256)])
    return bytes([tag]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _tagged(0x04, content)


def _integer(value: int) -> bytes:
    return _tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _oid(text: str) -> bytes:
    return _tagged(0x06, bytes.fromhex(text))
