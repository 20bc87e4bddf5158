"""The state of a secret's replacement on the disk: for its owner alone, never half, and no value is ever lost."""

from pathlib import Path

import pytest

from rtcstack.engine import rotation
from rtcstack.engine.rotation import Phase, Rotation
from rtcstack.engine.vault import Vault
from rtcstack.errors import WorldError
from rtcstack.plan.secret import SecretRequest

REQUEST = SecretRequest(name="shared", overlap=100)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    found = Vault(tmp_path / "secrets")
    found.make(REQUEST)
    return found


def state(vault: Vault) -> Rotation:
    found = rotation.read(vault, "shared")
    assert found is not None
    return found


def test_nothing_is_under_way_before_it_begins(vault: Vault) -> None:
    assert rotation.read(vault, "shared") is None


def test_a_beginning_keeps_both_values_and_leaves_the_secret(vault: Vault) -> None:
    before = vault.secret("shared")
    rotation.begin(vault, REQUEST)

    assert vault.secret("shared") == state(vault).old == before
    assert state(vault).new not in ("", before)
    assert (vault.directory / "shared.rotation").stat().st_mode & 0o777 == 0o600


def test_a_second_beginning_changes_nothing(vault: Vault) -> None:
    rotation.begin(vault, REQUEST)
    first = state(vault)
    rotation.begin(vault, REQUEST)

    assert state(vault) == first


def test_the_phases_follow_each_other(vault: Vault) -> None:
    rotation.begin(vault, REQUEST)
    begun = state(vault)
    assert begun.phase(vault.secret("shared") or "", 100, 1000) is Phase.ACCEPT
    rotation.promote(vault, "shared", begun)
    assert vault.secret("shared") == begun.new
    assert state(vault).phase(begun.new, 100, 1000) is Phase.USE
    rotation.settle(vault, "shared", begun, 1000)
    assert [state(vault).phase(begun.new, 100, now) for now in (1000, 1099, 1100)] == [Phase.OVERLAP, Phase.OVERLAP, Phase.OVER]
    assert (state(vault).old, state(vault).new) == (begun.old, begun.new)
    rotation.end(vault, "shared")
    assert rotation.read(vault, "shared") is None
    assert vault.secret("shared") == begun.new


def test_without_an_overlap_it_is_over_at_once() -> None:
    assert Rotation(old="a", new="b", since=1000).phase("b", 0, 1000) is Phase.OVER


@pytest.mark.parametrize("content", [b"", b"hunter2", b'{"old": "hunter2"}', b'["hunter2"]', b"\xff"])
def test_what_cannot_be_understood_is_an_error_that_shows_nothing(vault: Vault, content: bytes) -> None:
    vault.replace("shared.rotation", content)

    with pytest.raises(WorldError) as caught:
        rotation.read(vault, "shared")
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"


def test_no_value_shows_in_a_representation() -> None:
    assert repr(Rotation(old="hunter2", new="hunter3", since=5)) == "Rotation(since=5)"
