"""The CA and the certificates in a real vault: made once, issued anew for a reason, and never in silence without the key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rtcstack.errors import WorldError
from rtcstack.pki.certificates import describe
from rtcstack.workflow.certificates import issue_certificate, make_authority, reasons
from rtcstack.workflow.context import Installation, plan_text

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = 'domain = "falcot.com"\n[network]\nsubnet = "198.51.100.0/24"\n'
SERVICES = ["coturn", "coturn-ephemeral", "kamailio", "prosody"]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    found = plan_text(tmp_path, TEXT)
    make_authority(found, NOW)
    for service in SERVICES:
        issue_certificate(found, service, NOW)
    return found


def secret(installation: Installation, name: str) -> Path:
    return installation.vault.directory / name


def test_before_anything_is_made_everything_is_missing(tmp_path: Path) -> None:
    assert reasons(plan_text(tmp_path, TEXT), NOW) == dict.fromkeys(SERVICES, "missing")


def test_afterwards_there_is_no_reason_until_thirty_days_before_the_end(installation: Installation) -> None:
    assert reasons(installation, NOW) == {}
    assert reasons(installation, NOW + timedelta(days=59)) == {}
    assert reasons(installation, NOW + timedelta(days=61)) == dict.fromkeys(SERVICES, "expires in less than 30 days")


def test_the_ca_is_made_once(installation: Installation) -> None:
    before = [secret(installation, name).read_bytes() for name in ("ca.key", "ca.crt")]

    make_authority(installation, NOW)

    assert [secret(installation, name).read_bytes() for name in ("ca.key", "ca.crt")] == before


def test_a_ca_killed_between_key_and_certificate_keeps_its_key(tmp_path: Path) -> None:
    installation = plan_text(tmp_path, TEXT)
    make_authority(installation, NOW)
    key = secret(installation, "ca.key").read_bytes()
    secret(installation, "ca.crt").unlink()

    make_authority(installation, NOW)

    assert secret(installation, "ca.key").read_bytes() == key
    issue_certificate(installation, "coturn", NOW)


def test_a_renewal_killed_between_key_and_certificate_is_done_again(installation: Installation) -> None:
    other = plan_text(installation.directory / "other", TEXT)
    make_authority(other, NOW)
    issue_certificate(other, "coturn", NOW)
    installation.vault.replace("coturn.key", secret(other, "coturn.key").read_bytes())

    assert reasons(installation, NOW) == {"coturn": "the key is not the certificate's"}
    issue_certificate(installation, "coturn", NOW)
    assert reasons(installation, NOW) == {}


def test_a_changed_file_asks_for_other_names(installation: Installation) -> None:
    changed = plan_text(installation.directory, TEXT + '[services.coturn]\nhostname = "turn"\n')

    assert reasons(changed, NOW) == {"coturn": "other names are wanted"}
    issue_certificate(changed, "coturn", NOW)
    assert describe(secret(changed, "coturn.crt").read_bytes()).names == ("turn.falcot.com",)


def test_without_the_key_of_the_ca_what_is_right_stays_and_the_rest_is_refused(installation: Installation) -> None:
    secret(installation, "ca.key").unlink()

    assert reasons(installation, NOW) == {}
    with pytest.raises(WorldError, match=r"secrets/ca\.key is missing"):
        issue_certificate(installation, "coturn", NOW)


def test_a_service_without_certificate_gets_none(installation: Installation) -> None:
    with pytest.raises(LookupError):
        issue_certificate(installation, "mariadb", NOW)
    assert not secret(installation, "mariadb.key").exists()
