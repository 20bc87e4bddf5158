import plistlib
import re
import uuid

import pytest
from cryptography import x509

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki import qr
from rtcstack.pki.ca import create_ca
from rtcstack.pki.export import apple_profile, der, fingerprint_text, instructions
from tests.unit.pki.examples import CA, DOMAINS, NOW

OTHER = create_ca(DOMAINS, NOW)


def test_der_is_the_same_certificate() -> None:
    assert x509.load_der_x509_certificate(der(CA.certificate_pem)) == x509.load_pem_x509_certificate(CA.certificate_pem)


def test_a_profile_holds_the_certificate_as_a_root_and_nothing_else() -> None:
    profile = plistlib.loads(apple_profile(CA.certificate_pem))

    assert (profile["PayloadType"], profile["PayloadVersion"]) == ("Configuration", 1)
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.security.root"
    assert payload["PayloadContent"] == der(CA.certificate_pem)
    assert uuid.UUID(profile["PayloadUUID"]) != uuid.UUID(payload["PayloadUUID"])
    assert profile["PayloadIdentifier"] != payload["PayloadIdentifier"]


def test_the_same_ca_gives_the_same_profile_and_another_one_another() -> None:
    assert apple_profile(CA.certificate_pem) == apple_profile(CA.certificate_pem)
    one, other = (plistlib.loads(apple_profile(ca.certificate_pem)) for ca in (CA, OTHER))
    assert one["PayloadUUID"] != other["PayloadUUID"]
    assert one["PayloadIdentifier"] != other["PayloadIdentifier"]


def test_the_text_says_what_to_compare_and_what_to_type() -> None:
    text = instructions(CA.certificate_pem)

    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", fingerprint_text(CA.certificate_pem))
    assert fingerprint_text(CA.certificate_pem) in text
    for system in ("Android", "Windows", "Debian", "Fedora", "macOS", "iOS", "Firefox"):
        assert re.search(rf"^{system}", text, re.MULTILINE), system
    assert "{" not in text


def test_a_damaged_ca_is_told() -> None:
    for form in (der, apple_profile, instructions):
        with pytest.raises(WorldError, match="cannot be read"):
            form(b"rubbish")


@pytest.mark.parametrize(
    "url", ["", "falcot.com", "ftp://falcot.com/ca", "https://", "https://a b", "https://ü.example", "https://x/" + "a" * 600]
)
def test_what_is_no_address_gets_no_code(url: str) -> None:
    for form in (qr.terminal, qr.svg):
        with pytest.raises(RequestError):
            form(url)


def test_a_code_is_text_for_the_terminal_and_a_picture_for_a_file() -> None:
    url = "https://www.falcot.com/ca.crt"
    text = qr.terminal(url)

    assert len(text.splitlines()) >= 15
    assert set(text) <= set("█▀▄ \n\x1b[0123456789;m")
    assert qr.svg(url).lstrip().startswith(b"<?xml")
    assert b"<svg" in qr.svg(url)
    assert qr.svg(url) != qr.svg(url + "x")
