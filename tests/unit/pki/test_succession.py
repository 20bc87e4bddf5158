from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from rtcstack.errors import WorldError
from rtcstack.pki.ca import create_ca
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.succession import certifies, cross_sign
from tests.unit.pki.examples import CA, DOMAINS, EVERY, NOW, SIP
from tests.unit.pki.judges import JUDGES, Judge

LATER = NOW + timedelta(days=3000)
NEW = create_ca(DOMAINS, LATER, predecessor_pem=CA.certificate_pem)
CROSS = cross_sign(CA, NEW.certificate_pem, LATER)
WRONG = create_ca(DOMAINS, LATER, predecessor_pem=CA.certificate_pem)


@JUDGES
@pytest.mark.parametrize("request_", EVERY, ids=lambda request: request.service)
def test_who_knows_the_old_or_the_new_ca_verifies_and_who_knows_another_does_not(
    tmp_path: Path, judge: Judge, request_: object
) -> None:
    assert request_ in EVERY
    wanted = next(request for request in EVERY if request == request_)
    chain = issue(NEW, wanted, DOMAINS, LATER).certificate_pem + CROSS

    assert not judge(tmp_path, chain, WRONG.certificate_pem, wanted.dns_names[0], LATER)
    assert not judge(tmp_path, chain, CA.certificate_pem, "other.falcot.com", LATER)
    for root in (CA, NEW):
        assert [n for n in wanted.dns_names if not judge(tmp_path, chain, root.certificate_pem, n, LATER)] == []


@JUDGES
def test_without_the_cross_certificate_who_knows_only_the_old_ca_refuses(tmp_path: Path, judge: Judge) -> None:
    chain = issue(NEW, SIP, DOMAINS, LATER).certificate_pem + NEW.certificate_pem

    assert not judge(tmp_path, chain, CA.certificate_pem, "falcot.com", LATER)
    assert judge(tmp_path, chain, NEW.certificate_pem, "falcot.com", LATER)


@JUDGES
def test_after_the_end_of_the_old_ca_only_the_new_one_counts(tmp_path: Path, judge: Judge) -> None:
    end = x509.load_pem_x509_certificate(CA.certificate_pem).not_valid_after_utc + timedelta(days=1)
    chain = issue(NEW, SIP, DOMAINS, end).certificate_pem + CROSS

    assert not judge(tmp_path, chain, CA.certificate_pem, "falcot.com", end)
    assert judge(tmp_path, chain, NEW.certificate_pem, "falcot.com", end)


def test_the_cross_certificate_says_what_the_new_ca_says_and_ends_with_the_old_one() -> None:
    cross, new, old = (x509.load_pem_x509_certificate(pem) for pem in (CROSS, NEW.certificate_pem, CA.certificate_pem))

    assert cross.subject == new.subject == cross.issuer == old.subject
    assert cross.public_key() == new.public_key()
    assert cross.not_valid_after_utc == old.not_valid_after_utc < new.not_valid_after_utc
    for kind in (x509.NameConstraints, x509.KeyUsage, x509.SubjectKeyIdentifier):
        assert cross.extensions.get_extension_for_class(kind) == new.extensions.get_extension_for_class(kind)
    assert cross.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    assert certifies(CROSS, NEW.certificate_pem, LATER)
    assert not certifies(CROSS, CA.certificate_pem, LATER)
    assert not certifies(CROSS, NEW.certificate_pem, old.not_valid_after_utc)


def test_a_ca_that_has_ended_certifies_no_successor() -> None:
    with pytest.raises(WorldError, match="cannot certify its successor"):
        cross_sign(CA, NEW.certificate_pem, NOW + timedelta(days=3700))


def test_a_key_that_is_not_the_old_cas_certifies_nothing() -> None:
    mixed = KeyPair(key_pem=WRONG.key_pem, certificate_pem=CA.certificate_pem)
    with pytest.raises(WorldError, match="not the key of its certificate"):
        cross_sign(mixed, NEW.certificate_pem, LATER)


def test_a_ca_of_another_name_is_not_certified() -> None:
    other = create_ca(("other.example",), LATER)
    with pytest.raises(WorldError, match="name"):
        cross_sign(CA, other.certificate_pem, LATER)
