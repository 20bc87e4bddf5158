from pathlib import Path

import pytest

from rtcstack.engine.vault import Vault
from rtcstack.errors import WorldError
from rtcstack.workflow.demo_people import KEPT, people


def test_makes_the_people_once_and_keeps_them_private(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    first = people(vault)
    assert [person.name for person in first] == ["roland", "laura"]
    assert len({person.password for person in first}) == 2
    assert people(vault) == first
    assert (tmp_path / "secrets" / KEPT).stat().st_mode & 0o777 == 0o600
    assert first[0].password not in repr(first)


@pytest.mark.parametrize("kept", ["", "{}", "[]", '{"roland": "x"}'])
def test_says_what_to_type_when_they_are_damaged(tmp_path: Path, kept: str) -> None:
    (tmp_path / KEPT).write_text(kept)
    with pytest.raises(WorldError, match="does not hold the demo's people") as error:
        people(Vault(tmp_path))
    assert "rtcstack remove-user" in error.value.hint
