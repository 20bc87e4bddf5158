from datetime import timedelta
from pathlib import Path
from subprocess import run

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki.ca import create_ca
from rtcstack.pki.client import issue_client
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.revocation import (
    LIFETIME,
    Revoked,
    is_signed_by,
    read_list,
    reason_to_sign,
    serial_of,
    serial_text,
    sign_list,
)
from tests.unit.pki.examples import CA, DOMAINS, NOW

OTHER = create_ca(DOMAINS, NOW)
SERIALS = st.integers(min_value=1, max_value=2**159 - 1)


@given(SERIALS)
def test_every_serial_number_is_read_back_as_it_was_shown(serial: int) -> None:
    assert serial_of(serial_text(serial)) == serial
    assert serial_of(f"{serial:X}") == serial


@given(st.text())
def test_whatever_else_is_typed_is_refused_or_a_serial_number(text: str) -> None:
    try:
        found = serial_of(text)
    except RequestError:
        return
    assert 0 < found < 2**159


@pytest.mark.parametrize("text", ["", "0", "00:00", "-1", "xyz", "1.5", "80" + "0" * 38])
def test_what_can_be_no_serial_number_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        serial_of(text)


@given(st.lists(SERIALS, max_size=20, unique=True))
def test_a_list_says_what_was_put_into_it(serials: list[int]) -> None:
    found = read_list(sign_list(CA, [Revoked(serial, NOW) for serial in serials], 7, NOW))

    assert found.serials == frozenset(serials)
    assert {entry.since for entry in found.revoked} <= {NOW.replace(microsecond=0)}
    assert (found.number, found.next_update) == (7, NOW.replace(microsecond=0) + LIFETIME)


def test_why_a_list_is_signed_anew() -> None:
    pem = sign_list(CA, [], 1, NOW)

    assert reason_to_sign(None, CA.certificate_pem, NOW) == "missing"
    assert reason_to_sign(pem, OTHER.certificate_pem, NOW) == "signed by another CA"
    assert reason_to_sign(pem, CA.certificate_pem, NOW + timedelta(days=61)) == "ends in less than 30 days"
    assert reason_to_sign(pem, CA.certificate_pem, NOW + timedelta(days=91)) == "ended"
    assert reason_to_sign(pem, CA.certificate_pem, NOW + timedelta(days=59)) == ""
    assert not is_signed_by(pem, OTHER.certificate_pem)


def test_a_damaged_list_is_told() -> None:
    with pytest.raises(WorldError, match="cannot be read"):
        read_list(b"rubbish")


def test_another_key_signs_no_list() -> None:
    with pytest.raises(WorldError, match="not the key"):
        sign_list(KeyPair(key_pem=OTHER.key_pem, certificate_pem=CA.certificate_pem), [], 1, NOW)


def test_openssl_refuses_the_revoked_one_alone(tmp_path: Path) -> None:
    good, bad = (issue_client(CA, name, DOMAINS, NOW).certificate_pem for name in ("good.example", "bad.example"))
    serial = x509.load_pem_x509_certificate(bad).serial_number
    files = {"ca.crt": CA.certificate_pem, "good.crt": good, "bad.crt": bad, "other.crt": OTHER.certificate_pem}
    files |= {"empty.crl": sign_list(CA, [], 1, NOW), "one.crl": sign_list(CA, [Revoked(serial, NOW)], 2, NOW)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def accepted(leaf: str, crl: str, days: int = 1) -> bool:
        at = int((NOW + timedelta(days=days)).timestamp())
        options = ["-x509_strict", "-purpose", "sslclient", "-crl_check_all", "-attime", str(at), "-CAfile", "ca.crt"]
        command = ["openssl", "verify", *options, "-CRLfile", crl, leaf]
        return run(command, cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode == 0

    assert not accepted("bad.crt", "one.crl")
    assert not accepted("good.crt", "one.crl", days=91)
    assert accepted("good.crt", "one.crl")
    assert accepted("bad.crt", "empty.crl")
