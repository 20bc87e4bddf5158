"""Whatever is killed while a person is added: wholly there or wholly absent, and typing it again completes it."""

import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stack.database import ABSENT, EVERYWHERE, WHOLE, agree, answers, forget, held, idle, kill, rows, until, waiting
from tests.stack.installation import Stack

MOMENTS = 40
PASSWORD = "corr ect-horse"
_OTHER = "INSERT INTO prosody.prosody (host, `user`, store, `key`, type, value) VALUES ('falcot.com', '{name}', 'accounts'"
STEPS = {
    "lock": "SELECT GET_LOCK('rtcstack.people', 5)",
    "people": "INSERT INTO rtcstack.people (name, enabled, created, changed) VALUES ('{name}', 1, 1, 1)",
    "turnusers_lt": "INSERT INTO coturn.turnusers_lt (realm, name, hmackey) VALUES ('falcot.com', '{name}', 'x')",
    "admin_hash": "INSERT INTO coturn.admin_hash (name, realm, password) VALUES ('{name}', 'falcot.com', 'x')",
    "subscriber": "INSERT INTO kamailio.subscriber (username, domain) VALUES ('{name}', 'falcot.com')",
    "first account row": _OTHER + ", 'stored_key', 'string', 'x')",
    "last account row": _OTHER + ", 'updated', 'number', '1')",
}
"""Where a change can be held up: before it begins, and before each table that it writes. The rows are never committed."""
VICTIMS = ("rtcstack", "client", "server")


@pytest.fixture(autouse=True, scope="module")
def nobody_left(stack: Stack) -> Iterator[None]:
    """Take away everybody whom these tests add: other tests count people."""
    forget(stack, "kill-")
    yield
    until(stack, answers)
    forget(stack, "kill-")


def start(stack: Stack, name: str) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        stack.argv("add-user", name, "--password-stdin"),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(f"{PASSWORD}\n".encode())
    process.stdin.close()
    return process


def typed_again(stack: Stack, name: str, before: dict[str, int]) -> None:
    done = stack.run("add-user", name, "--password-stdin", feed=f"{PASSWORD}\n")

    assert done.returncode == (2 if before == WHOLE else 0), done.stderr
    assert rows(stack, [name]) == {name: WHOLE}
    assert agree(stack, name, PASSWORD) == EVERYWHERE


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_before_each_step(stack: Stack, step: str, victim: str) -> None:
    name = f"kill-{step.replace(' ', '-').replace('_', '-')}-{victim}"
    until(stack, answers)
    until(stack, idle)
    with held(stack, STEPS[step].format(name=name)):
        process = start(stack, name)
        until(stack, waiting)
        if victim == "rtcstack":
            process.kill()
        elif victim == "server":
            kill(stack, "mariadbd")
        else:
            kill(stack, "mariadb", "--abort-source-on-error")
        code = process.wait(30)
    until(stack, answers)
    until(stack, idle)
    found = rows(stack, [name])[name]

    assert code == (-signal.SIGKILL if victim == "rtcstack" else 1)
    assert found in (WHOLE, ABSENT)
    if victim == "server":
        assert found == ABSENT
    typed_again(stack, name, found)


def test_a_kill_at_any_moment(stack: Stack) -> None:
    until(stack, answers)
    begin = time.monotonic()
    assert start(stack, "kill-measured").wait(60) == 0
    whole = time.monotonic() - begin
    names = [f"kill-{number}" for number in range(MOMENTS)]
    for number, name in enumerate(names):
        process = start(stack, name)
        time.sleep(1.2 * whole * number / (MOMENTS - 1))
        process.kill()
        process.wait(10)
        assert rows(stack, [name])[name] in (WHOLE, ABSENT), name
    until(stack, idle)
    found = rows(stack, names)

    assert {tuple(counts.values()) for counts in found.values()} == {tuple(WHOLE.values()), tuple(ABSENT.values())}
    listed = stack.run("list-users")
    assert "half-made" not in listed.stderr
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: typed_again(stack, name, found[name]), names))
