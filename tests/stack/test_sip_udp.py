"""SIP over UDP: closed unless it is asked for; then on the same port, with the same rules."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.stack.installation import UP, Stack
from tests.stack.lab import Lab


def sipsak(lab: Lab, stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    """Given options of sipsak, run it against the server's address over UDP."""
    return lab.run(["sipsak", "-p", f"{stack.address('kamailio')}:443", *words], timeout=15)


def register(
    lab: Lab, stack: Stack, password: str, contact: str = "sip:roland@192.0.2.99:5060"
) -> subprocess.CompletedProcess[str]:
    """Register roland with sipsak, for a minute."""
    who = ["-U", "-C", contact, "-x", "60", "-s", "sip:roland@falcot.com", "-u", "roland", "-a", password]
    return sipsak(lab, stack, *who, "-vv")


def test_it_is_closed_by_default(stack: Stack, lab: Lab) -> None:
    assert sipsak(lab, stack, "-s", "sip:falcot.com").returncode != 0


@pytest.fixture
def open_for_udp(stack: Stack) -> Iterator[Stack]:
    file = stack.directory / "rtcstack.toml"
    before = file.read_text()
    file.write_text(f"{before}\n[services.kamailio]\nudp = true\n")
    try:
        stack.ok("up", "--yes", seconds=UP)
        yield stack
    finally:
        file.write_text(before)
        stack.ok("up", "--yes", seconds=UP)


def test_it_can_be_opened(open_for_udp: Stack, lab: Lab) -> None:
    stack = open_for_udp
    password = stack.person("roland")

    assert sipsak(lab, stack, "-s", "sip:falcot.com").returncode == 0
    assert register(lab, stack, f"not {password}").returncode != 0
    done = register(lab, stack, password)
    assert done.returncode == 0, done.stdout
    # Reached where it wrote from, not where it says it is.
    known = stack.exec("kamailio", ["kamcmd", "ul.lookup", "location", "roland"]).stdout
    assert f"Received: sip:{lab.address('client')}:" in known
    relayed = sipsak(lab, stack, "-s", "sip:bob@198.51.100.200", "-vv")
    assert "403" in relayed.stdout
    assert '"SIP+D2U"' in stack.zone
