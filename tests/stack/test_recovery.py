"""Bad days: what is killed comes back by itself, healthy, with its addresses."""

import json
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.stack.installation import Stack

SERVERS = {
    "mariadb": "mariadbd",
    "coturn": "turnserver",
    "coturn-ephemeral": "turnserver",
    "kamailio": "kamailio",
    "prosody": "lua5.4|prosody",
    "dns": "knotd",
}
BACK = 10
"""Seconds in which a killed service must be healthy again."""


def healthy(stack: Stack) -> dict[str, str]:
    done = stack.run("status", "--json")
    return {name: service["health"] for name, service in json.loads(done.stdout)["services"].items()}


def wait_healthy(stack: Stack, seconds: float) -> float:
    """Given a stack, wait until all of it is healthy and return how long that took. Raise AssertionError after the limit."""
    begin = time.monotonic()
    seen: dict[str, str] = {}
    while time.monotonic() - begin < seconds:
        seen = healthy(stack)
        if set(seen.values()) == {"healthy"}:
            return time.monotonic() - begin
        time.sleep(0.3)
    raise AssertionError(f"not healthy after {seconds} s: {seen}")


def kill(stack: Stack, container: str, command: str) -> None:
    """Given a container and its server's name, SIGKILL the server's processes from inside, as its own user may."""
    script = (
        "for p in /proc/[0-9]*; do read -r name <$p/comm 2>/dev/null || continue; "
        f'case $name in {command}) kill -KILL "${{p#/proc/}}" 2>/dev/null;; esac; done'
    )
    stack.exec(container, ["sh", "-c", script])


@pytest.fixture(autouse=True)
def whole_again(stack: Stack) -> Iterator[None]:
    yield
    wait_healthy(stack, 60)


@pytest.mark.parametrize("service", SERVERS)
def test_a_killed_server_is_back_and_healthy_by_itself(stack: Stack, service: str) -> None:
    wait_healthy(stack, 60)
    restarts = stack.json("status")["services"][service]["restarts"]
    kill(stack, service, SERVERS[service])
    time.sleep(0.5)

    # kamailio's children may be replaced by a whole new start: either way it answers again in time.
    assert wait_healthy(stack, BACK) < BACK
    assert stack.json("status")["services"][service]["restarts"] > restarts


def test_a_killed_front_is_back_and_the_service_tells_until_then(stack: Stack) -> None:
    wait_healthy(stack, 60)
    kill(stack, "prosody-starttls", "haproxy")
    time.sleep(0.5)

    assert wait_healthy(stack, BACK) < BACK
    subprocess.run(["docker", "stop", stack.container("prosody-starttls")], capture_output=True, timeout=60, check=True)
    try:
        problems = " ".join(json.loads(stack.run("status", "--json").stdout)["services"]["prosody"]["problems"])
        assert "prosody-starttls is exited" in problems
        assert stack.address("prosody", second=True) in problems
    finally:
        stack.ok("up")


def test_a_stopped_database_is_told_and_everything_recovers(stack: Stack) -> None:
    wait_healthy(stack, 60)
    name = stack.container("mariadb")
    subprocess.run(["docker", "stop", "--time", "30", name], capture_output=True, timeout=60, check=True)
    try:
        assert healthy(stack)["mariadb"] == "stopped"
        done = stack.run("add-user", "nobody-now")
        assert done.returncode == 1
        assert "does not run" in done.stderr
        time.sleep(20)
    finally:
        subprocess.run(["docker", "start", name], capture_output=True, timeout=60, check=True)

    assert wait_healthy(stack, BACK) < BACK
    assert "nobody-now" not in stack.ok("list-users")


def test_a_paused_container_is_told_and_up_resumes_it(stack: Stack) -> None:
    name = stack.container("kamailio")
    subprocess.run(["docker", "pause", name], capture_output=True, timeout=60, check=True)
    try:
        assert healthy(stack)["kamailio"] == "unhealthy"
    finally:
        stack.ok("up")

    assert set(healthy(stack).values()) == {"healthy"}
