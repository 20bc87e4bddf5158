from pathlib import Path

import pytest

from rtcstack.errors import RequestError, WorldError
from rtcstack.pki.protection import protect
from rtcstack.workflow.authority.material import KeyState, can_sign, issuing, key_state
from tests.unit.workflow.authority.vaults import PASSPHRASE, made, opened_by


def test_a_missing_key_is_told_with_what_to_type(tmp_path: Path) -> None:
    installation = made(tmp_path)
    installation.vault.remove("ca.key")

    with pytest.raises(WorldError, match="missing") as caught:
        issuing(installation)
    assert "--lost" in caught.value.hint
    assert key_state(installation) is KeyState.MISSING
    assert not can_sign(installation)


def test_a_key_of_another_ca_is_none(tmp_path: Path) -> None:
    installation, other = made(tmp_path / "one"), made(tmp_path / "other")
    installation.vault.replace("ca.key", other.vault.read("ca.key") or b"")

    with pytest.raises(WorldError, match="is not the key of"):
        issuing(installation)
    assert key_state(installation) is KeyState.MISSING


def test_a_key_file_is_used_instead_of_the_vault_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    installation, other = made(tmp_path / "one"), made(tmp_path / "other")
    file = tmp_path / "away.key"
    file.write_bytes(installation.vault.read("ca.key") or b"")
    installation.vault.remove("ca.key")

    with pytest.raises(WorldError, match="is not the key of"):
        issuing(opened_by(installation, file=other.vault.directory / "ca.key"))
    with pytest.raises(RequestError, match="cannot be read"):
        issuing(opened_by(installation, file=tmp_path / "nowhere"))
    assert issuing(opened_by(installation, file=file)).key_pem == file.read_bytes()


def test_a_passphrase_is_asked_for_only_when_the_key_is_needed_and_under_one(tmp_path: Path) -> None:
    installation = made(tmp_path)
    clear = installation.vault.read("ca.key") or b""
    assert issuing(installation).key_pem == clear
    installation.vault.replace("ca.key", protect(clear, PASSPHRASE))

    assert key_state(installation) is KeyState.PROTECTED
    with pytest.raises(RequestError, match="nobody can be asked"):
        issuing(installation)
    with pytest.raises(RequestError, match="not the CA key's"):
        issuing(opened_by(installation, passphrase=b"wrong passphrase"))
    assert issuing(opened_by(installation, passphrase=PASSPHRASE)).key_pem == clear


def test_no_secret_is_shown_by_what_holds_it(tmp_path: Path) -> None:
    installation = opened_by(made(tmp_path), passphrase=PASSPHRASE)

    assert PASSPHRASE.decode() not in repr(installation.ca_access)
    assert "PRIVATE" not in repr(issuing(installation))
