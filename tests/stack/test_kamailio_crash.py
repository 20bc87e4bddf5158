"""SIGKILL at the worst moment: the server is back by itself, knows who was registered, and phones can be called again."""

import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.stack.baresip import Baresip
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.sip_client import Call
from tests.stack.sip_phones import Phones, accept

BACK = 10.0
"""Seconds after which the server must answer again."""


def processes(stack: Stack) -> list[int]:
    """Return the process numbers of kamailio on the host, the main one first."""
    listed = subprocess.run(
        ["docker", "top", stack.container("kamailio"), "-o", "pid,args"], capture_output=True, text=True, timeout=20, check=False
    )
    rows = [line.split(maxsplit=1) for line in listed.stdout.splitlines()[1:]]
    return [int(pid) for pid, command in rows if command.startswith("kamailio ")]


def healthy(stack: Stack) -> bool:
    """Return whether the server answers over TLS, by its own health check."""
    check = next(c.healthcheck for c in stack.plan.service("kamailio").containers if c.healthcheck is not None)
    return stack.exec("kamailio", list(check.command)).returncode == 0


def until(condition: Callable[[], bool], seconds: float) -> float:
    """Wait for the condition and return how long it took. Raise AssertionError if it does not come."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, f"not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - start


def settle(stack: Stack) -> None:
    """The engine pauses longer after each quick death: let this life be longer than ten seconds."""
    assert until(lambda: healthy(stack), 30) < 30
    uptime = stack.exec("kamailio", ["kamcmd", "core.uptime"]).stdout
    lived = int(uptime.partition("uptime: ")[2].split()[0])
    time.sleep(max(0, 11 - lived))


def registered(stack: Stack) -> str:
    """Return what the running server remembers."""
    return stack.exec("kamailio", ["kamcmd", "ul.dump"]).stdout


def kill(stack: Stack, which: int) -> None:
    """Given which process (0 is the main one), end it without warning, and wait until the server is gone."""
    alive = processes(stack)
    subprocess.run(["kill", "-KILL", str(alive[which])], check=True, timeout=5)
    until(lambda: alive[0] not in processes(stack), BACK)


@pytest.mark.parametrize("which", [0, -2], ids=["main process", "worker"])
def test_a_registration_survives_the_moment_after_its_answer(stack: Stack, lab: Lab, which: int) -> None:
    settle(stack)
    with ExitStack() as after:
        phones = Phones(stack, lab, after)
        phone = phones.bare("roland", number=77)
        assert phone.register().status == 200
        kill(stack, which)

        until(lambda: healthy(stack), BACK)

        assert "192.0.2.99:77" in registered(stack)


def test_a_phone_can_be_called_as_soon_as_it_is_back(
    stack: Stack, lab: Lab, record_property: Callable[[str, object], None]
) -> None:
    settle(stack)
    with ExitStack() as after:
        phones = Phones(stack, lab, after)
        laura = phones.bare("laura", client="other")
        assert laura.register().status == 200
        kill(stack, 0)
        died = time.monotonic()
        laura.line.close()
        until(lambda: healthy(stack), BACK)

        # The old place is known, and leads nowhere: the caller hears so at once.
        roland = phones("roland")
        call = Call(roland, "sip:laura@falcot.com")
        call.invite()
        assert call.final(5).status == 480

        again = phones("laura", client="other", number=78)
        call = Call(roland, "sip:laura@falcot.com")
        call.invite()
        accept(again)
        assert call.final().status == 200
        record_property("callable again after", round(time.monotonic() - died, 1))
        call.bye()
        again.reply(again.await_request("BYE"), "200 OK")


def test_a_call_goes_on_through_the_crash(stack: Stack, lab: Lab) -> None:
    settle(stack)
    roland, laura = stack.person("roland"), stack.person("laura")
    with Baresip(lab, "roland", roland) as here, Baresip(lab, "laura", laura, client="other", tone=660) as there:
        here.registered()
        there.registered()
        here.command("dial", "sip:laura@falcot.com")
        there.event("CALL_ESTABLISHED")
        kill(stack, 0)
        # Sound goes from phone to phone, whatever happens to the server: 16 kB a second.
        before = [phone.heard() for phone in (here, there)]
        until(lambda: healthy(stack), BACK)
        time.sleep(2)
        assert all(phone.heard() > earlier + 16000 for phone, earlier in zip((here, there), before, strict=True))
