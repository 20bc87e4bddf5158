"""What the database is given to read: its configuration, and the schemas of whoever asks."""

from dataclasses import replace
from pathlib import Path

import pytest

from rtcstack.services.mariadb.options import MariaDBOptions
from tests.unit.services.mariadb.stacks import BOOKS, MARIADB, SECRETS, asking, reading_room, stack

EXPECTED = Path(__file__).parent / "expected"


def test_every_file_is_as_expected_and_only_that_with_the_passwords_is_secret() -> None:
    files = MARIADB.files(reading_room(), SECRETS)

    assert [(file.path, file.secret, file.owner) for file in files] == [
        ("my.cnf", False, (903, 903)),
        ("schema/users.sql", True, (903, 903)),
        ("schema/0001-books.sql", False, (903, 903)),
        ("schema/0002-books.sql", False, (903, 903)),
        ("schema/upkeep-books.sql", False, (903, 903)),
    ]
    assert {file.path: file.content.decode() for file in files} == {
        file.path: (EXPECTED / file.path.rpartition("/")[2]).read_text() for file in files
    }
    assert [file.path for file in files if b"password'" in file.content] == ["schema/users.sql"]


def test_the_cache_is_as_large_as_asked_for() -> None:
    room = reading_room()
    larger = replace(room, services=(MARIADB.describe(room.site, MariaDBOptions(buffer_pool=512)), *room.services[1:]))

    content = MARIADB.files(larger, SECRETS)[0].content

    assert b"innodb-buffer-pool-size = 512M\n" in content


def test_a_password_that_could_end_its_literal_is_refused() -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        MARIADB.files(reading_room(), SECRETS | {"database-maps": "x' OR '1"})


def test_a_service_without_a_leg_on_the_internal_network_cannot_have_a_database() -> None:
    with pytest.raises(LookupError, match="library asks for a database"):
        MARIADB.files(stack(asking(BOOKS, "library", 9, backend=False)), SECRETS)


def test_a_plan_needs_no_secrets_yet() -> None:
    content = MARIADB.files(reading_room(), dict.fromkeys(SECRETS, ""))[1].content

    assert b"IDENTIFIED BY ''" in content
