"""The data directory is made once and whole; schemas are applied once, in order; what fails says so without secrets."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rtcstack.engine.images import reference
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.mariadb_alone import Alone

INIT = "/usr/local/bin/mariadb-init"
SCHEMA = "/usr/local/bin/mariadb-schema"
PARTS = (0.2, 0.4, 0.6, 0.8, 0.95)
"""Moments of the kill, as parts of the time that making the data directory takes."""
OWN = (
    "CREATE DATABASE IF NOT EXISTS rtcstack; CREATE DATABASE IF NOT EXISTS books;"
    "CREATE TABLE IF NOT EXISTS rtcstack.migrations (name VARCHAR(64), version INT, PRIMARY KEY (name, version));\n"
)


@pytest.fixture(autouse=True)
def image(stack: Stack) -> None:
    """The shared stack has built the image."""
    del stack


@pytest.fixture
def alone() -> Iterator[Alone]:
    with Alone() as found:
        yield found


@pytest.fixture
def server(alone: Alone) -> Alone:
    assert alone.run("init", INIT).returncode == 0
    alone.serve()
    return alone


def test_a_kill_while_the_data_directory_is_made_leaves_nothing_half_made() -> None:
    with Alone() as measured:
        whole = measured.run_for(60, "init", INIT)
    left = set()
    for part in PARTS:
        with Alone() as alone:
            alone.run_for(whole * part, "init", INIT)
            left.add(alone.run("look", "ls", "/var/lib/mysql").stdout)

            again = alone.run("init", INIT)

            assert again.returncode == 0, again.stderr
            assert alone.run("look", "ls", "/var/lib/mysql").stdout == "data\n"
            alone.serve()
            users = alone.ask("SELECT user, host FROM mysql.global_priv ORDER BY user").stdout.splitlines()
            assert users == ["mariadb.sys\tlocalhost", "mysql\tlocalhost", "root\tlocalhost"]
    assert "new\n" in left


def test_made_again_it_changes_nothing(alone: Alone) -> None:
    assert "made the data directory" in alone.run("init", INIT).stdout
    look = ("sh", "-c", "cd /var/lib/mysql && find . | sort | xargs stat -c '%n %i %Y'")
    before = alone.run("look", *look).stdout

    again = alone.run("init", INIT)

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert alone.run("look", *look).stdout == before != ""


def test_migrations_run_in_order_and_each_once(server: Alone) -> None:
    first = "CREATE TABLE IF NOT EXISTS log (step INT); INSERT INTO log VALUES (1);\n"
    server.configure({"current/schema/users.sql": OWN, "current/schema/0001-books.sql": first})
    assert server.run("schema", SCHEMA).returncode == 0
    server.configure(
        {
            "current/schema/0010-books.sql": "INSERT INTO log VALUES (10);\n",
            "current/schema/0002-books.sql": "INSERT INTO log VALUES (2);\n",
            "live/upkeep-books.sql": "INSERT INTO log VALUES (99);\n",
        }
    )

    for options in ((), (), ("--upkeep",)):
        done = server.run("schema", SCHEMA, *options)
        assert done.returncode == 0, done.stderr

    assert server.ask("SELECT step FROM books.log").stdout.split() == ["1", "2", "10", "99", "99", "99"]
    assert server.ask("SELECT version FROM rtcstack.migrations ORDER BY 1").stdout.split() == ["1", "2", "10"]


def test_files_that_are_delivered_anew_meanwhile_are_applied(server: Alone) -> None:
    files = {
        "current/schema/users.sql": f"{OWN}DO SLEEP(4);\n",
        "current/schema/0001-books.sql": "CREATE TABLE IF NOT EXISTS log (step INT);\n",
    }
    server.configure(files)
    anew = "cd /config/current && mv schema old && cp -a old schema && rm -rf old"
    with ThreadPoolExecutor() as pool:
        applying = pool.submit(server.run, "schema", SCHEMA)
        while "SLEEP" not in server.ask("SELECT info FROM information_schema.processlist WHERE info LIKE 'DO %'").stdout:
            assert not applying.done(), applying.result()
        delivering = subprocess.run(
            ["docker", "run", "--rm", "--user=0", "-v", f"{server.name}-config:/config", reference("mariadb"), "sh", "-c", anew],
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert delivering.returncode == 0, delivering.stderr
        done = applying.result(60)

    assert done.returncode == 0, done.stderr
    assert server.ask("SELECT version FROM rtcstack.migrations").stdout.split() == ["1"]


def test_a_migration_that_fails_ends_it_and_is_tried_again(server: Alone) -> None:
    files = {
        "current/schema/users.sql": OWN,
        "current/schema/0001-books.sql": "CREATE TABLE IF NOT EXISTS log (step INT);\nINSERT INTO missing VALUES (1);\n",
        "current/schema/0002-books.sql": "INSERT INTO log VALUES (2);\n",
    }
    server.configure(files)
    refused = server.run("schema", SCHEMA)

    assert refused.returncode != 0
    assert "ERROR 1146" in refused.stderr
    assert server.ask("SELECT COUNT(*) FROM rtcstack.migrations").stdout.split() == ["0"]
    assert server.ask("SELECT COUNT(*) FROM books.log").stdout.split() == ["0"]

    server.configure(files | {"current/schema/0001-books.sql": "CREATE TABLE IF NOT EXISTS log (step INT);\n"})
    assert server.run("schema", SCHEMA).returncode == 0
    assert server.ask("SELECT version FROM rtcstack.migrations ORDER BY 1").stdout.split() == ["1", "2"]


def test_a_statement_that_fails_does_not_show_its_password(server: Alone) -> None:
    server.configure(
        {"current/schema/users.sql": "CREATE USER 'x'@'10.0.0.1' IDENTIFIED BY 'verysecret' NONSENSE 'verysecret2';\n"}
    )

    refused = server.run("schema", SCHEMA)

    assert refused.returncode != 0
    assert "ERROR 1064" in refused.stderr
    assert "IDENTIFIED BY" not in refused.stderr
    assert "verysecret'" not in refused.stdout + refused.stderr + docker("logs", f"{server.name}-server")


def test_without_a_server_it_gives_up_and_says_so(alone: Alone) -> None:
    alone.configure({"current/schema/users.sql": OWN})
    done = alone.run("schema", "sh", "-c", f"sed s/tries=600/tries=3/ {SCHEMA} >/tmp/schema && sh /tmp/schema")

    assert done.returncode == 1
    assert "the server does not answer: ERROR 2002" in done.stderr
