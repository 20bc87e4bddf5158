"""The container as it runs: bound to little, honest about its health, its tables those of the package."""

# ruff: noqa: S608 - queries of constants

import re
import subprocess
from collections.abc import Iterator

import pytest

from rtcstack.engine.images import reference
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.turn_server import eventually

TABLES = {"version": "standard", "subscriber": "auth_db", "location": "usrloc", "location_attrs": "usrloc"}
"""Tables that we make, with the package's file that makes them too."""


def check(stack: Stack) -> list[str]:
    """Return the health check's command."""
    return next(list(c.healthcheck.command) for c in stack.plan.service("kamailio").containers if c.healthcheck is not None)


def test_no_secret_shows_outside(stack: Stack) -> None:
    name = stack.container("kamailio")
    secrets = [(stack.directory / "secrets" / each).read_text().strip() for each in ("database-kamailio", "sip-route", "sip-nonce")]
    logs = subprocess.run(["docker", "logs", name], capture_output=True, text=True, timeout=30, check=True)
    shown = docker("inspect", name) + docker("top", name, "-o", "pid,args") + logs.stdout + logs.stderr

    assert all(len(secret) > 20 for secret in secrets)
    assert [secret for secret in secrets if secret in shown] == []


def test_its_key_and_secrets_are_its_own(stack: Stack) -> None:
    listed = stack.exec("kamailio", ["stat", "-L", "-c", "%a %u %n", "/config/tls/key.pem", "/config/current/secrets.cfg"])

    assert listed.stdout.splitlines() == ["400 902 /config/tls/key.pem", "400 902 /config/current/secrets.cfg"]


def test_commands_are_taken_from_its_own_user_only(stack: Stack) -> None:
    listed = stack.exec("kamailio", ["stat", "-c", "%A %u", "/run/kamailio/kamailio_ctl"])
    sockets = stack.exec("kamailio", ["cat", "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"]).stdout
    # State 0A is LISTEN; 01BB is 443. The engine's own resolver listens on 127.0.0.11.
    listening = {row.split()[1] for row in sockets.splitlines() if len(row.split()) > 3 and row.split()[3] == "0A"}
    foreign = {place for place in listening if not place.endswith(":01BB") and not place.startswith("0B00007F")}

    assert listed.stdout == "srw------- 902\n"
    assert foreign == set()


def test_its_configuration_is_understood(stack: Stack) -> None:
    done = stack.exec("kamailio", ["kamailio", "-c", "-f", "/config/current/kamailio.cfg", "-Y", "/run/kamailio"])

    assert (done.returncode, "config file ok" in done.stderr) == (0, True)


@pytest.fixture
def copy(stack: Stack) -> Iterator[str]:
    """A volume with a copy of kamailio's files, to be spoilt."""
    volume = f"{stack.container('kamailio')}-spoilt"
    docker("volume", "create", volume)
    source = f"{stack.plan.site.name}_kamailio-config:/from:ro"
    docker("run", "--rm", "-v", source, "-v", f"{volume}:/to", reference("kamailio"), "cp", "-a", "/from/.", "/to/")
    yield volume
    docker("volume", "rm", "-f", volume)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        ("true", ""),
        ("chmod 0 /to/tls/key.pem", "key.pem cannot be read"),
        ("rm /to/tls/cert.pem", "cert.pem cannot be read"),
        ("rm /to/tls/ca.pem", "ca.pem cannot be read"),
    ],
    ids=["nothing", "unreadable key", "no certificate", "no CA"],
)
def test_unreadable_files_are_unhealthy_while_it_runs(stack: Stack, copy: str, spoil: str, complaint: str) -> None:
    docker("run", "--rm", "-v", f"{copy}:/to", reference("kamailio"), "sh", "-c", spoil)
    name = stack.container("kamailio")
    where = ["--network", f"container:{name}", "--user", "902:902", "-v", f"{copy}:/config:ro"]
    done = subprocess.run(
        ["docker", "run", "--rm", *where, reference("kamailio"), *check(stack)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (done.returncode != 0) == bool(complaint)
    assert complaint in done.stderr


@pytest.mark.parametrize(
    "spoil",
    ["chmod 0 /to/tls/key.pem", "rm /to/tls/cert.pem", "echo nothing >/to/tls/key.pem"],
    ids=["unreadable", "missing", "wrong"],
)
def test_it_does_not_start_without_key_and_certificate(stack: Stack, copy: str, spoil: str) -> None:
    # In the database's network, so that everything else is there; the address on the lan is not (it may be bound freely).
    docker("run", "--rm", "-v", f"{copy}:/to", reference("kamailio"), "sh", "-c", spoil)
    name = stack.container("kamailio")
    leg = next(leg for leg in stack.plan.service("kamailio").main.attachments if leg.network == "backend")
    docker("stop", "--time", "5", name)
    try:
        where = ["--network", stack.plan.site.network.backend_name, "--ip", str(leg.address), "--user", "902:902", "--init"]
        memory = ["--tmpfs", "/run/kamailio:mode=0700,uid=902,gid=902", "-v", f"{copy}:/config:ro"]
        done = subprocess.run(
            ["docker", "run", "--rm", *where, *memory, reference("kamailio"), *stack.plan.service("kamailio").main.command],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    finally:
        docker("start", name)
        eventually(lambda: stack.exec("kamailio", check(stack)).returncode == 0, 20)

    assert done.returncode not in (0, 124)
    assert re.search(r"ERROR: tls .*(key|certificate)", done.stderr)


def test_a_wrong_name_or_a_dead_port_is_unhealthy(stack: Stack) -> None:
    program, name, port, address = check(stack)

    assert stack.exec("kamailio", [program, name, port, address]).returncode == 0
    wrong = stack.exec("kamailio", [program, "turn-server.falcot.com", port, address])
    dead = stack.exec("kamailio", [program, name, "4443", address])
    assert (wrong.returncode, dead.returncode) == (1, 1)


OWN = {"subscriber": {"login"}}
"""Generated columns of ours, by which people are found at once."""


def test_the_tables_are_those_of_the_package(stack: Stack) -> None:
    """Every column of the package's schema is there, of the same kind and at least as wide, and nothing besides but ours."""
    for table, file in TABLES.items():
        sql = stack.exec("kamailio", ["cat", f"/usr/share/kamailio/mysql/{file}-create.sql"]).stdout
        body = re.search(rf"CREATE TABLE `{table}` \((.*?)\n\);", sql, re.DOTALL)
        assert body is not None
        theirs = dict(re.findall(r"^    `(\w+)` ([A-Za-z]+(?:\([\d,]+\))?)", body[1], re.MULTILINE))
        query = (
            "SELECT column_name, column_type FROM information_schema.columns "
            f"WHERE table_schema = 'kamailio' AND table_name = '{table}'"
        )
        rows = stack.exec("mariadb", ["mariadb", "-Ne", query]).stdout.splitlines()
        ours = dict(row.split("\t") for row in rows)

        assert ours.keys() - OWN.get(table, set()) == theirs.keys()
        for column, wanted in theirs.items():
            found, expected = kind(ours[column]), kind(wanted)
            assert found[0] == expected[0], (table, column)
            assert found[1] >= expected[1], (table, column)
        version = re.search(rf"values \('{table}','(\d+)'\)", sql)
        assert version is not None
        stored = stack.exec(
            "mariadb", ["mariadb", "-Ne", f"SELECT table_version FROM kamailio.version WHERE table_name = '{table}'"]
        )
        assert stored.stdout.strip() == version[1]


def kind(column: str) -> tuple[str, int]:
    """Given a column's type, return its kind (text of any sort is one kind) and its width."""
    name, _, width = column.lower().partition("(")
    name = name.split()[0]
    text = {"varchar": "text", "varbinary": "text", "int": "number"}
    found = re.match(r"\d+", width)
    return text.get(name, name), int(found[0]) if found and name.startswith("var") else 0
