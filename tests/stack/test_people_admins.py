"""Administrators: `admins` in the file is the one truth, and the commands keep file, XMPP and TURN together without an `up`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.database import forget, sql
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.test_live_admins import Person

PASSWORD = "for administrators"
NAMES = ("adm-ada", "adm-bo", "adm-hada")


@pytest.fixture(autouse=True)
def file(stack: Stack) -> Iterator[Path]:
    """The file with comments that must stay; in the end it is as before."""
    path = stack.directory / "rtcstack.toml"
    before = path.read_text()
    path.write_text(before.replace('admins = ["roland"]', '# who decides\nadmins = [\n  "roland",  # the boss\n]'))
    path.chmod(0o640)
    yield path
    path.write_text(before)
    forget(stack, "adm-")
    for name in NAMES:
        stack.passwords.pop(name, None)
    stack.ok("up", "--yes", seconds=300)


def turn_administrators(stack: Stack) -> list[str]:
    return [row[0] for row in sql(stack, "SELECT name FROM coturn.admin_user WHERE name LIKE 'adm-%' ORDER BY name")]


def add(stack: Stack, name: str, *more: str) -> str:
    stack.ok("add-user", name, "--password-stdin", *more, feed=f"{PASSWORD}\n")
    stack.passwords[name] = PASSWORD
    return name


def test_an_administrator_comes_and_goes_without_an_up(stack: Stack, lab: Lab, file: Path) -> None:
    bo, ada = add(stack, "adm-bo"), add(stack, "adm-ada", "--admin")
    changed = file.read_text()

    assert '# who decides\nadmins = [\n  "roland",  # the boss\n  "adm-ada",\n]' in changed
    assert file.stat().st_mode & 0o777 == 0o640
    assert turn_administrators(stack) == [ada]
    other, administrator = Person(stack, lab, bo), Person(stack, lab, ada)
    assert not other.administers()
    assert administrator.administers()
    assert stack.ok("list-users", "--admin", "adm-*").split() == [ada]

    stack.ok("disable-user", ada)
    assert turn_administrators(stack) == []
    # Something else changes in the file, and the upkeep of the database runs again: nobody who is disabled comes back.
    file.write_text(changed.replace('"adm-ada",', '"adm-ada", "adm-bo"'))
    stack.ok("up", "--yes", seconds=300)
    assert turn_administrators(stack) == [bo]
    assert other.administers()

    stack.ok("enable-user", ada)
    assert turn_administrators(stack) == [ada, bo]
    assert Person(stack, lab, ada).administers()
    stack.ok("remove-user", bo, "--yes")
    stack.ok("remove-user", ada, "--yes")
    assert turn_administrators(stack) == []
    assert '"adm-' not in file.read_text()
    assert '"roland",  # the boss' in file.read_text()
    # Whoever gets the name later has not the power.
    assert not Person(stack, lab, add(stack, "adm-ada")).administers()


def test_an_administrator_stays_one_under_another_name(stack: Stack, lab: Lab, file: Path) -> None:
    add(stack, "adm-ada", "--admin")

    stack.ok("rename-user", "adm-ada", "adm-hada", "--yes", "--password-stdin", feed=f"{PASSWORD}\n")
    stack.passwords["adm-hada"] = PASSWORD

    assert '"adm-hada"' in file.read_text()
    assert '"adm-ada"' not in file.read_text()
    assert turn_administrators(stack) == ["adm-hada"]
    assert Person(stack, lab, "adm-hada").administers()
    assert not Person(stack, lab, add(stack, "adm-ada")).administers()
