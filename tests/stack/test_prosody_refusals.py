"""What must show: prosody starts although it cannot read its key."""

import json
import time
from collections.abc import Iterator

import pytest

from rtcstack.engine.images import reference
from tests.stack.installation import Stack
from tests.stack.lab import docker


def _check(stack: Stack) -> int:
    """What the container's own health check says."""
    healthcheck = stack.plan.service("prosody").main.healthcheck
    assert healthcheck is not None
    return stack.exec("prosody", list(healthcheck.command)).returncode


def _wait(stack: Stack, wanted: int) -> None:
    until = time.monotonic() + 20
    while _check(stack) != wanted:
        assert time.monotonic() < until
        time.sleep(0.3)


@pytest.fixture
def unreadable_key(stack: Stack) -> Iterator[None]:
    """prosody, started again with a key that it may not read."""
    volumes = '{{range .Mounts}}{{if eq .Destination "/config"}}{{.Name}}{{end}}{{end}}'
    volume = docker("inspect", "--format", volumes, stack.container("prosody")).strip()
    change = ["run", "--rm", "--network", "none", "--volume", f"{volume}:/config", reference("tools"), "chmod"]
    _wait(stack, 0)
    docker(*change, "000", "/config/tls/key.pem")
    try:
        docker("restart", "--time", "5", stack.container("prosody"))
        yield
    finally:
        docker(*change, "400", "/config/tls/key.pem")
        docker("restart", "--time", "5", stack.container("prosody"))
        _wait(stack, 0)


@pytest.mark.usefixtures("unreadable_key")
def test_an_unreadable_key_is_told_by_both_health_checks(stack: Stack) -> None:
    time.sleep(3)

    assert _check(stack) == 1
    status = stack.run("status", "--json")
    assert status.returncode == 1
    assert json.loads(status.stdout)["services"]["prosody"]["health"] == "unhealthy"
