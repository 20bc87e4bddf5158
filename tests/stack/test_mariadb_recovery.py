"""What was answered is on the disk; a kill loses nothing, a stop is clean, and health tells the truth."""

import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.stack.database import CLIENT, answers, kill, sql, until
from tests.stack.installation import Stack
from tests.stack.lab import docker
from tests.stack.test_recovery import wait_healthy

ROWS = 400


@pytest.fixture(autouse=True)
def whole_again(stack: Stack) -> Iterator[None]:
    yield
    until(stack, answers)
    sql(stack, "DROP TABLE IF EXISTS rtcstack.counted")
    wait_healthy(stack, 60)


def test_every_row_that_was_answered_survives_a_kill(stack: Stack) -> None:
    sql(stack, "CREATE TABLE rtcstack.counted (n INT PRIMARY KEY) ENGINE=InnoDB")
    # One commit each, and a word after it: what was said is what must be there.
    script = "".join(f"INSERT INTO rtcstack.counted VALUES ({n}); SELECT {n};\n" for n in range(1, 100 * ROWS))  # noqa: S608 - numbers
    argv = ["docker", "exec", "-i", stack.container("mariadb"), *CLIENT]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        writer.stdin.write(script[: 40 * ROWS])
        writer.stdin.flush()
        said = [writer.stdout.readline() for _ in range(ROWS // 4)]
        kill(stack, "mariadbd")
        rest, _ = writer.communicate(timeout=60)
    said += rest.splitlines()
    begin = time.monotonic()
    until(stack, answers, 10)

    last = int(said[-1])
    assert last >= ROWS // 4
    kept = int(sql(stack, "SELECT COUNT(*) FROM rtcstack.counted")[0][0])
    assert last <= kept <= last + 1
    assert time.monotonic() - begin < 10


def test_a_stop_is_clean_and_short(stack: Stack) -> None:
    name = stack.container("mariadb")
    since = docker("exec", name, "date", "-u", "+%Y-%m-%dT%H:%M:%S.%NZ").strip()
    begin = time.monotonic()
    docker("restart", "-t", "60", name, seconds=90)
    assert time.monotonic() - begin < 20
    until(stack, answers)
    log = subprocess.run(["docker", "logs", "--since", since, name], capture_output=True, text=True, timeout=60, check=True).stderr

    assert "Shutdown complete" in log
    assert "ready for connections" in log
    assert "crash recovery" not in log


def test_health_tells_when_the_server_hangs_or_is_gone(stack: Stack) -> None:
    assert stack.exec("mariadb", ["mariadb-healthy"]).returncode == 0
    signal = "for p in /proc/[0-9]*; do read -r name <$p/comm; [ $name = mariadbd ] && kill -{} ${{p#/proc/}}; done; true"
    stack.exec("mariadb", ["sh", "-c", signal.format("STOP")])
    try:
        begin = time.monotonic()
        hung = stack.exec("mariadb", ["mariadb-healthy"])
        assert (hung.returncode != 0, time.monotonic() - begin < 5) == (True, True)
    finally:
        stack.exec("mariadb", ["sh", "-c", signal.format("CONT")])
    until(stack, answers)
    assert stack.exec("mariadb", ["mariadb-healthy"]).returncode == 0

    gone = stack.exec("mariadb", ["sh", "-c", "sed s/mysqld.sock/nothing.sock/ /usr/local/bin/mariadb-healthy | sh"])
    assert gone.returncode != 0
