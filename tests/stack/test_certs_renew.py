"""Ten renewals in a row while people talk: nothing is dropped, and new connections see the new certificates at once."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.stack.baresip import Baresip
from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.turn_server import CLIENT
from tests.stack.xmpp_client import CA, Staying

SERVICES = ("coturn", "coturn-ephemeral", "kamailio", "prosody")
TIMES = 10
RATE = 50
"""Numbered packets a second, each way."""


def began(stack: Stack) -> dict[str, str]:
    """Return, by service, which container it is and how often it was started again."""
    state = "{{.Id}} {{.RestartCount}} {{.State.StartedAt}}"
    return {name: docker("inspect", "--format", state, stack.container(name)).strip() for name in SERVICES}


def served(stack: Stack) -> dict[str, set[str]]:
    """Return the digests that are measured on every port, by service."""
    found = stack.json("certs")["certificates"]
    return {row["service"]: {port["sha256"] for port in row["ports"]} for row in found}


@contextmanager
def talking(stack: Stack, lab: Lab) -> Iterator[Callable[[], dict[str, Any]]]:
    """Let everything be in use that a renewal could cut; yield what ends it and returns what was seen."""
    told = {
        "name": "roland", "password": stack.person("roland"), "turn": "turn-server.falcot.com", "rate": RATE,
        "sip": "wss://sip-proxy.falcot.com/", "xmpp": "wss://xmpp-gw.falcot.com/xmpp-websocket",
    }  # fmt: skip
    lab.put("/lab/turn_client.py", CLIENT.read_text())
    program = lab.spawn(["python3", "/lab/renewal_stay.py", CA], timeout=400)
    try:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(json.dumps(told) + "\n")
        program.stdin.flush()
        said = program.stdout.readline()
        assert said == "ready\n", said + program.stdout.read()
        with (
            Staying(lab, "anna", stack.person("anna")) as anna,
            Baresip(lab, "anna", stack.person("anna"), tone=700) as callee,
            Baresip(lab, "lucas", stack.person("lucas")) as caller,
        ):
            callee.registered()
            caller.registered()
            caller.command("dial", "sip:anna@falcot.com")
            caller.event("CALL_ESTABLISHED")

            def end() -> dict[str, Any]:
                stdout, _ = program.communicate("end\n", timeout=60)
                heard = caller.heard(), callee.heard()
                time.sleep(1)
                grows = [now > before for now, before in zip((caller.heard(), callee.heard()), heard, strict=True)]
                echo, lost = anna.say(), anna.lost()
                said = [event.get("type") for phone in (caller, callee) for event in (*phone.events, *phone.told.queue)]
                caller.command("hangup")
                callee.event("CALL_CLOSED")
                return {
                    **json.loads(stdout.splitlines()[-1]), "direct": {"echo": echo, "lost": lost}, "sound": grows,
                    "closed": said.count("CALL_CLOSED"), "failed": said.count("REGISTER_FAIL"),
                }  # fmt: skip

            yield end
    finally:
        program.kill()
        program.communicate(timeout=10)


def nothing_dropped(seen: dict[str, Any]) -> None:
    assert seen["sip"]["bad"] == seen["xmpp"]["bad"] == []
    assert seen["registered_again"] == 200
    assert (seen["direct"]["lost"], seen["direct"]["echo"] >= 0) == (0, True)
    assert seen["sound"] == [True, True]
    # The call lasted until it was hung up.
    assert (seen["closed"], seen["failed"]) == (0, 0)
    assert (seen["relays"]["error"], seen["relays"]["others"]) == ("", 0)
    assert set(seen["relays"]["refreshed"]) == {0}
    assert min(seen["sip"]["asked"], seen["xmpp"]["asked"], seen["relays"]["sent"]) > 50


@pytest.mark.timeout(900)
def test_ten_renewals_drop_nobody_and_lose_no_more_packets_than_none(stack: Stack, lab: Lab) -> None:
    alive = began(stack)
    before = served(stack)
    fingerprints: dict[str, list[str]] = {name: [] for name in SERVICES}
    with talking(stack, lab) as end:
        start = time.monotonic()
        for _ in range(TIMES):
            done = stack.json("certs", "renew", "--force")
            assert done["failed"] == []
            assert {entry["service"] for entry in done["renewed"] if entry["served"]} == set(SERVICES)
            for entry in done["renewed"]:
                fingerprints[entry["service"]].append(entry["sha256_after"])
        seconds = time.monotonic() - start
        renewed = end()
    after = served(stack)
    with talking(stack, lab) as end:
        time.sleep(min(seconds, 60))
        control = end()

    nothing_dropped(renewed)
    nothing_dropped(control)
    assert len(renewed["relays"]["lost"]) <= len(control["relays"]["lost"]), (renewed, control)
    assert all(len(set(found)) == TIMES for found in fingerprints.values())
    assert after == {name: {found[-1]} for name, found in fingerprints.items()}
    assert all(len(found) == 1 and found != after[name] for name, found in before.items())
    assert began(stack) == alive


@pytest.mark.parametrize("name", SERVICES)
def test_after_renewals_a_killed_process_comes_back_with_the_new_certificate(stack: Stack, name: str) -> None:
    stack.ok("certs", "renew", "--force", name)
    (after,) = served(stack)[name]
    restarts = int(docker("inspect", "--format", "{{.RestartCount}}", stack.container(name)))
    pid = docker("inspect", "--format", "{{.State.Pid}}", stack.container(name)).strip()
    # From outside, as a crash does it; `docker kill` would switch the restart off.
    subprocess.run(["kill", "-KILL", pid], check=True, timeout=10)

    until = time.monotonic() + 60
    while time.monotonic() < until:
        back = int(docker("inspect", "--format", "{{.RestartCount}}", stack.container(name))) > restarts
        if back and stack.run("status").returncode == 0 and served(stack)[name] == {after}:
            return
        time.sleep(1)
    raise AssertionError(stack.run("status").stderr)
