"""SIGKILL `up` on each side of every operation, from nothing to a running stack: it converges, and nothing is made twice.

Every run is killed at its n-th step, alternately just as the step begins and some way into it; the next run goes on. Once the
stack stands, a change of the file takes the same way again.
"""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.installation import UP, Stack, toml

KILLS = 50
INTO = (0.0, 0.1, 0.3, 0.6)
"""Seconds after a step was announced."""


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    found = Stack(tmp_path_factory.mktemp("victim"))
    (found.directory / "rtcstack.toml").write_text(toml("rtckill", "198.18.90.0/24", "2001:db8:90::/64"))
    found.clear()
    yield found
    found.ok("up", "--yes", seconds=UP)
    found.remove()


def killed(stack: Stack, step: int, into: float) -> int:
    """Given a step and seconds into it, run `up`, kill it there and return the number of steps it had announced; -1 if it ended."""
    with subprocess.Popen(stack.argv("up", "--yes"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        seen = 0
        for line in process.stderr:
            seen += line.startswith("[")
            if seen >= step:
                time.sleep(into)
                os.kill(process.pid, signal.SIGKILL)
                return seen
        return -1 if process.wait(timeout=60) == 0 else 0


def masters(stack: Stack) -> dict[str, str]:
    """Given an installation, return the digests of what must never change once it is made."""
    directory = stack.directory / "secrets"
    names = sorted(path for path in directory.glob("*") if path.suffix not in (".crt", ".key") or path.name.startswith("ca."))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in names if not path.name.startswith(".")}


@pytest.mark.timeout(1500)
def test_up_killed_anywhere_goes_on_and_makes_nothing_twice(victim: Stack) -> None:
    kills = 0
    seen: dict[str, str] = {}
    subnets = ("198.18.90.0/24", "198.18.91.0/24")
    for number in range(4 * KILLS):
        step = 1 + number % 3
        outcome = killed(victim, step, INTO[number % len(INTO)])
        now = masters(victim)
        assert {name: now.get(name) for name in seen} == seen
        seen = now
        kills += outcome > 0
        sys.stderr.write(f"{number}: step {step}: {outcome}, {kills} kills\n")
        if kills >= KILLS:
            break
        if outcome == -1:
            # It stood before it could be killed: move it to the other subnet, so that everything is to be done again.
            subnets = subnets[::-1]
            (victim.directory / "rtcstack.toml").write_text(toml("rtckill", subnets[0], "2001:db8:90::/64"))

    assert kills >= KILLS
    victim.ok("up", "--yes", seconds=UP)
    assert victim.ok("plan") == "Nothing to do.\n"
    assert {s["health"] for s in victim.json("status")["services"].values()} == {"healthy"}
    assert {name: masters(victim)[name] for name in seen} == seen
    assert nothing_orphaned(victim) == []
    assert not list(Path(victim.directory).rglob("*.new"))


def nothing_orphaned(stack: Stack) -> list[str]:
    """Given a stack, return containers that carry its name or label and that its plan does not know, helpers too."""
    known = {stack.container(c.name) for service in stack.plan.services for c in service.containers}
    listed = subprocess.run(
        ["docker", "ps", "-a", "--format", "{{.Names}}", "--filter", f"name={stack.plan.site.name}-"],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout.split()  # fmt: skip
    helpers = subprocess.run(
        ["docker", "ps", "-a", "--format", "{{.Names}}", "--filter", f"label=com.rtcstack.helper={stack.plan.site.name}"],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout.split()  # fmt: skip
    return [*helpers, *(name for name in listed if name not in known)]
