"""`[certificates]` in the file: what is right, and everything that is wrong at once."""

import pytest

from rtcstack.errors import RequestError
from rtcstack.spec.acme import PRODUCTION, STAGING
from tests.unit.spec.test_load import FIVE_LINES, problems, read

ACME = '[certificates]\nsource = "acme"\n[certificates.acme]\nserver = "192.0.2.53"\nkey_file = "tsig.key"\n'


def test_without_a_word_about_it_our_own_ca_certifies() -> None:
    spec = read(FIVE_LINES)

    assert (spec.certificates.source, spec.certificates.acme) == ("own-ca", None)
    assert {options.certificate for options in spec.services.values()} == {None}


def test_the_staging_directory_is_used_until_production_is_asked_for() -> None:
    def url(more: str) -> str:
        acme = read(FIVE_LINES + ACME + more).certificates.acme
        assert acme is not None
        return acme.url

    assert url("") == STAGING
    assert url("production = true") == PRODUCTION
    assert url('directory = "https://ca.example/dir"') == "https://ca.example/dir"


def test_one_service_can_be_told_apart() -> None:
    spec = read(FIVE_LINES + ACME + '[services.coturn]\ncertificate = "own-ca"\n')

    assert spec.services["coturn"].certificate == "own-ca"


def test_everything_wrong_with_it_is_told_at_once() -> None:
    found = problems(
        FIVE_LINES
        + """
[certificates]
source = "letsencrypt"
[certificates.acme]
directory = "http://ca.example/dir"
production = true
contact = "nobody"
eab_kid = "a b"
profile = "short lived"
server = "192.0.2.999"
challenge_domain = "falcot"
colour = "red"
"""
    )

    assert set(found) == {
        "certificates.source",
        *(f"certificates.acme.{name}" for name in ("directory", "contact", "eab_kid", "profile", "server", "challenge_domain")),
        *(f"certificates.acme.{name}" for name in ("key_file", "colour")),
    }


def test_what_does_not_go_together_is_told_where_it_stands() -> None:
    found = problems(FIVE_LINES + ACME + 'directory = "https://ca.example/dir"\nproduction = true\neab_kid = "a"\n')
    assert set(found) == {"certificates.acme.production", "certificates.acme.eab_key_file"}
    assert set(problems(FIVE_LINES + ACME + 'eab_key_file = "a"\n')) == {"certificates.acme.eab_key_file"}


@pytest.mark.parametrize("server", ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:53", "ns1.example.net"])
def test_a_name_server_is_an_address_or_a_name(server: str) -> None:
    acme = read(FIVE_LINES + ACME.replace("192.0.2.53", server)).certificates.acme
    assert acme is not None
    assert acme.server == server


@pytest.mark.parametrize("server", ["", "192.0.2.53:0", "192.0.2.53:99999", "[ns1.example.net]:53", "fe80::1%eth0", "a b", "ns1:x"])
def test_anything_else_is_no_name_server(server: str) -> None:
    with pytest.raises(RequestError):
        read(FIVE_LINES + ACME.replace("192.0.2.53", server))
