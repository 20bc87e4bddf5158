from pathlib import Path
from subprocess import run

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki import keys, protection
from rtcstack.pki.protection import is_protected, protect, unprotect
from tests.unit.pki.examples import CA

PASSPHRASE = b"correct horse battery"
PROTECTED = protect(CA.key_pem, PASSPHRASE)


def test_the_wrong_passphrase_opens_nothing() -> None:
    with pytest.raises(RequestError, match="not the CA key's"):
        unprotect(PROTECTED, PASSPHRASE + b"x")


def test_the_wrong_one_is_told_as_such_when_what_it_yields_ends_like_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protection, "COST", 2)
    sealed = protect(CA.key_pem, PASSPHRASE)

    for number in range(2000):
        with pytest.raises(RequestError, match="not the CA key's"):
            unprotect(sealed, PASSPHRASE + b"%d" % number)


def test_nothing_of_the_key_is_in_the_file() -> None:
    assert is_protected(PROTECTED)
    assert not is_protected(CA.key_pem)
    with pytest.raises(ValueError, match="encrypted"):
        keys.load(PROTECTED)


def test_the_right_one_opens_it() -> None:
    assert unprotect(PROTECTED, PASSPHRASE) == CA.key_pem


def test_an_rsa_key_is_protected_too() -> None:
    pem = keys.dump(keys.make("rsa"))

    assert unprotect(protect(pem, PASSPHRASE), PASSPHRASE) == pem


@pytest.mark.parametrize("passphrase", [b"", b"short", b"x" * 2000])
def test_a_passphrase_that_is_soon_guessed_is_refused(passphrase: bytes) -> None:
    with pytest.raises(RequestError, match="12 to 1024"):
        protect(CA.key_pem, passphrase)


def test_rubbish_is_told_as_such() -> None:
    with pytest.raises(WorldError, match="cannot be read"):
        unprotect(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", PASSPHRASE)


def test_openssl_and_cryptography_read_it(tmp_path: Path) -> None:
    (tmp_path / "ca.key").write_bytes(PROTECTED)
    (tmp_path / "passphrase").write_bytes(PASSPHRASE)
    command = ["openssl", "pkey", "-in", "ca.key", "-passin", "file:passphrase"]

    done = run(command, cwd=tmp_path, capture_output=True, timeout=30, check=False)

    assert keys.dump(keys.load(done.stdout)) == CA.key_pem
    assert isinstance(load_pem_private_key(PROTECTED, PASSPHRASE), EllipticCurvePrivateKey)
