"""A password travels on standard input and is kept as hashes: it is in no process's arguments, environment, log or file."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.database import agree, answers, forget, held, idle, sql, until, waiting
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.test_people_kill import PASSWORD, STEPS, start

NAME = "sec-paula"


@pytest.fixture(autouse=True)
def nobody_left(stack: Stack) -> Iterator[None]:
    yield
    until(stack, answers)
    forget(stack, "sec-")


def hashes(stack: Stack) -> set[str]:
    found = sql(
        stack,
        f"SELECT hmackey FROM coturn.turnusers_lt WHERE name = '{NAME}';"  # noqa: S608 - typed above
        f"SELECT ha1b FROM kamailio.subscriber WHERE username = '{NAME}';"
        f"SELECT value FROM prosody.prosody WHERE `user` = '{NAME}' AND `key` IN ('stored_key', 'server_key');",
    )
    return {row[0] for row in found}


def everything_that_runs() -> str:
    """Return the arguments and environments of all processes of this host, the containers' too."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for kind in ("cmdline", "environ"):
            try:
                found.append((process / kind).read_bytes().decode(errors="replace"))
            except OSError:
                continue
    return "\n".join(found)


def test_nothing_secret_shows_while_a_person_is_added_or_afterwards(stack: Stack) -> None:
    with held(stack, STEPS["subscriber"].format(name=NAME)):
        process = start(stack, NAME)
        until(stack, waiting)
        seen = everything_that_runs()
        inspected = docker("inspect", stack.container("mariadb"))
    assert process.wait(30) == 0
    until(stack, idle)

    assert all(agree(stack, NAME, PASSWORD).values())
    assert f"add-user\0{NAME}" in seen
    logs = subprocess.run(["docker", "logs", stack.container("mariadb")], capture_output=True, text=True, timeout=60, check=True)
    places = (seen, inspected, docker("inspect", stack.container("mariadb")), logs.stdout, logs.stderr)
    kept = hashes(stack)
    assert len(kept) == 5
    for secret in {PASSWORD, PASSWORD.encode().hex(), *kept, *(value.encode().hex() for value in kept)}:
        assert not any(secret in place for place in places)


def test_a_change_that_fails_says_nothing_secret(stack: Stack) -> None:
    sql(stack, "RENAME TABLE kamailio.subscriber TO kamailio.away")
    try:
        done = stack.run("--debug", "add-user", NAME, "--password-stdin", feed=f"{PASSWORD}\n")
    finally:
        sql(stack, "RENAME TABLE kamailio.away TO kamailio.subscriber")

    assert done.returncode == 1
    assert "the database did not do it (error 1146)" in done.stderr
    for secret in (PASSWORD, PASSWORD.encode().hex(), "INSERT", "X'"):
        assert secret not in done.stdout + done.stderr
