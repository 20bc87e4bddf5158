"""The short-lived containers of commands that take no lock: what a kill leaves of one is found and removed."""

import signal
import subprocess
import time
from datetime import timedelta

import pytest

from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import VISITOR
from rtcstack.workflow import observe
from rtcstack.workflow.context import open_installation
from tests.stack.installation import Stack
from tests.stack.lab import docker

SECONDS = 60


def visitors(stack: Stack) -> list[str]:
    return docker("ps", "--all", "--quiet", "--filter", f"label={VISITOR}={stack.plan.site.network.name}").split()


def test_what_a_killed_check_leaves_is_removed_when_nobody_can_use_it_any_more(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = subprocess.Popen(stack.argv("check", "--only", "sip"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + SECONDS
        while not visitors(stack):
            assert time.monotonic() < end
            time.sleep(0.02)
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait(20)
    installation = open_installation(stack.directory)
    with Engine() as engine:
        while any(found.state == "running" for found in observe.visitors(installation, engine)):
            assert time.monotonic() < end
            time.sleep(0.2)
        left = visitors(stack)
        assert left
        # Not of a command that still looks at it.
        observe.sweep(installation, engine)
        assert visitors(stack) == left

        monkeypatch.setattr(observe, "LEFT_BEHIND", timedelta(0))
        observe.sweep(installation, engine)
        assert visitors(stack) == []
