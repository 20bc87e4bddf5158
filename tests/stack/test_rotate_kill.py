"""SIGKILL `rotate-secrets` at each of its steps: what is in use is accepted at every moment, and typed again it ends well."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.rotation import Watching, age, allocations, made_with, secret, state
from tests.stack.test_mariadb_access import REFUSED, login
from tests.stack.turn_server import credential

DATABASES = ("coturn", "kamailio", "prosody")
INTO = (0.0, 0.2, 0.7, 1.5)
"""Seconds after a step was announced."""
LIMIT = 40


def killed(stack: Stack, words: tuple[str, ...], step: int, into: float) -> bool:
    """Given a step and seconds into it, run the command and kill it there; return whether it ended before."""
    with subprocess.Popen(
        stack.argv("rotate-secrets", "--yes", *words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        seen = 0
        for line in process.stderr:
            seen += line.startswith("[")
            if seen >= step:
                time.sleep(into)
                os.kill(process.pid, signal.SIGKILL)
                return process.wait(timeout=10) == 0
        return process.wait(timeout=300) == 0


def may_log_in(stack: Stack, name: str, password: str) -> bool:
    """Given a service and a password, return whether the database accepts it: asked until it says yes or no.

    The question comes from the service's own network, which a container that Compose just makes anew does not have yet.
    """
    end = time.monotonic() + 60
    while (answer := login(stack, name, name, password)) not in (("1", ""), ("", REFUSED)):
        assert time.monotonic() < end, answer
        time.sleep(0.5)
    return answer == ("1", "")


@pytest.mark.timeout(1200)
def test_the_shared_secret_replaced_through_kills_refuses_nobody(stack: Stack, lab: Lab) -> None:
    old = secret(stack)
    kills = 0
    with Watching.relay(lab, *credential(old)) as relay, Watching.person(stack, lab, "anna") as anna:
        while not killed(stack, (), 1 + kills, INTO[kills % len(INTO)]):
            kills += 1
            assert kills < LIMIT
            assert allocations(lab, credential(secret(stack)), credential(old)) == [0, 0]
        new = secret(stack)
        later = 0
        while state(stack).exists():
            # The second phase through kills too.
            age(stack, 864_000)
            if killed(stack, (), 1, INTO[later % len(INTO)]):
                break
            later += 1
            assert later < LIMIT
            assert allocations(lab, credential(secret(stack))) == [0]
        stack.ok("up", "--yes", seconds=300)
        asked, kept = anna.end(), relay.end()

    sys.stderr.write(f"{kills} and {later} kills\n")
    assert kills >= 2
    assert later >= 1
    assert new != old
    assert {code for *_, code in asked["relays"]} == {0}
    assert "" not in {made_with(user, password, old, new, secret(stack)) for user, password, _ in asked["relays"]}
    assert asked["lost"] == 0
    assert (kept[0], set(kept[1])) == (0, {0})
    assert stack.ok("plan") == "Nothing to do.\n"
    assert allocations(lab, credential(old), credential(secret(stack))) == [401, 0]


@pytest.mark.timeout(1800)
def test_database_passwords_replaced_through_kills_lock_no_service_out(stack: Stack) -> None:
    first = {name: secret(stack, f"database-{name}") for name in DATABASES}
    kills = 0
    while not killed(stack, ("--database",), 1 + kills, INTO[kills % len(INTO)]):
        kills += 1
        assert kills < LIMIT
        for name in DATABASES:
            assert may_log_in(stack, name, secret(stack, f"database-{name}")), f"{name} after {kills} kills"

    last = {name: secret(stack, f"database-{name}") for name in DATABASES}
    sys.stderr.write(f"{kills} kills\n")
    assert kills >= 4
    assert not set(first.values()) & set(last.values())
    assert [may_log_in(stack, name, first[name]) for name in DATABASES] == [False] * 3
    assert [may_log_in(stack, name, last[name]) for name in DATABASES] == [True] * 3
    assert stack.ok("plan") == "Nothing to do.\n"
    assert not any(state(stack, f"database-{name}").exists() for name in DATABASES)
    assert {service["health"] for service in stack.json("status")["services"].values()} == {"healthy"}
