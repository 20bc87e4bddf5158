"""The administrator's own file: edited in place, whole or not at all, and read again."""

from pathlib import Path

import pytest

from rtcstack.errors import RequestError
from rtcstack.workflow.administrators import change_admins
from rtcstack.workflow.context import Installation, open_installation

TEXT = """# ours
domain = "falcot.com"
admins = ["roland"]  # the boss

[network]
subnet = "198.51.100.0/24"
"""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "rtcstack.toml").write_text(TEXT)
    (tmp_path / "rtcstack.toml").chmod(0o640)
    return open_installation(tmp_path)


def test_names_come_and_go_and_everything_else_stays(installation: Installation) -> None:
    path = installation.directory / "rtcstack.toml"

    found = change_admins(installation, add=("ada", "roland", "bo"))
    assert found.stack.site.admins == ("roland", "ada", "bo")
    assert path.read_text() == TEXT.replace('["roland"]', '["roland", "ada", "bo"]')
    assert path.stat().st_mode & 0o777 == 0o640

    assert change_admins(found, add=("carl",), remove=("roland", "bo")).stack.site.admins == ("ada", "carl")
    assert [entry.name for entry in installation.directory.iterdir()] == ["rtcstack.toml"]


def test_nothing_to_change_is_nothing_written(installation: Installation) -> None:
    path = installation.directory / "rtcstack.toml"
    before = path.stat()

    assert change_admins(installation, add=("roland",), remove=("ada",)).stack.site.admins == ("roland",)

    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_was_typed_into_the_file_meanwhile_stays(installation: Installation) -> None:
    path = installation.directory / "rtcstack.toml"
    path.write_text(TEXT.replace('["roland"]', '["roland", "eve"]'))

    assert change_admins(installation, add=("ada",)).stack.site.admins == ("roland", "eve", "ada")


def test_a_link_stays_a_link(installation: Installation) -> None:
    path = installation.directory / "rtcstack.toml"
    real = path.rename(installation.directory / "real.toml")
    path.symlink_to(real)

    change_admins(installation, add=("ada",))

    assert path.is_symlink()
    assert '"ada"' in real.read_text()


def test_a_file_that_is_wrong_by_now_is_refused_and_stays(installation: Installation) -> None:
    path = installation.directory / "rtcstack.toml"
    path.write_text("domain = 1\n")

    with pytest.raises(RequestError):
        change_admins(installation, add=("ada",))

    assert path.read_text() == "domain = 1\n"
