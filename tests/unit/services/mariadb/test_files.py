"""What the database is given to read: its configuration, and the schemas of whoever asks."""

from dataclasses import replace
from pathlib import Path

import pytest

from rtcstack.plan.secret import with_accepted
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
        ("upkeep-books.sql", False, (903, 903)),
    ]
    assert {file.path: file.content.decode() for file in files} == {
        file.path: (EXPECTED / file.path.rpartition("/")[2]).read_text() for file in files
    }
    assert [file.path for file in files if b"password'" in file.content] == ["schema/users.sql"]


def test_two_passwords_are_right_for_a_time_whichever_is_in_use() -> None:
    before, after = (SECRETS | with_accepted("database-maps", pair) for pair in (("old", "new"), ("new", "old")))

    users = MARIADB.files(reading_room(), before)[1].content.decode()

    either = "mysql_native_password USING PASSWORD('new') OR mysql_native_password USING PASSWORD('old')"
    assert f"ALTER USER 'maps'@'10.201.17.11' IDENTIFIED VIA {either};" in users.splitlines()
    assert MARIADB.files(reading_room(), after)[1].content.decode() == users


def test_the_server_is_not_made_anew_for_what_the_schema_changes() -> None:
    init, server, schema = MARIADB.describe(reading_room().site, MariaDBOptions()).containers
    files = [file.path for file in MARIADB.files(reading_room(), SECRETS)]

    assert [path for path in files if path.startswith(init.reads)] == []
    assert [path for path in files if path.startswith(server.reads)] == ["my.cnf"]
    assert [path for path in files if path.startswith(schema.reads)] == files[1:-1]
    assert [file.path for file in MARIADB.files(reading_room(), SECRETS) if file.live] == ["upkeep-books.sql"] == files[-1:]


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
