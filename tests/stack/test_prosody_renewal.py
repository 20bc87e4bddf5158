"""A renewed certificate is served at once on both addresses, and nobody is dropped."""

import re

from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.xmpp_client import CA, Staying


def _serials(stack: Stack, lab: Lab) -> list[str]:
    direct = ["-connect", f"{stack.address('prosody')}:443", "-servername", "falcot.com"]
    web = ["-connect", f"{stack.address('prosody')}:443", "-servername", "xmpp-gw.falcot.com", "-alpn", "http/1.1"]
    plain = ["-connect", f"{stack.address('prosody', second=True)}:443", "-xmpphost", "falcot.com", "-starttls"]
    found = []
    for place in (direct, web, [*plain, "xmpp"], [*plain, "xmpp-server"]):
        shown = lab.run(["openssl", "s_client", "-CAfile", CA, "-verify_return_error", *place], timeout=10)
        assert shown.returncode == 0, shown.stderr
        serial = lab.run(["openssl", "x509", "-noout", "-serial"], input=shown.stdout).stdout
        assert re.fullmatch(r"serial=[0-9A-F]+\n", serial)
        found.append(serial)
    return found


def _restarts(stack: Stack) -> tuple[str, int]:
    """Which container it is, and how often it was started again."""
    found = docker("inspect", "--format", "{{.Id}} {{.RestartCount}}", stack.container("prosody")).split()
    return found[0], int(found[1])


def test_a_renewal_is_served_and_drops_nobody(stack: Stack, lab: Lab) -> None:
    before = _serials(stack, lab)
    assert len(set(before)) == 1
    began = _restarts(stack)
    with Staying(lab, "roland", stack.person("roland")) as roland:
        assert roland.say() >= 0
        (stack.directory / "secrets" / "prosody.crt").unlink()
        stack.ok("up", "--yes")

        after = _serials(stack, lab)
        assert roland.say() >= 0
        assert roland.lost() == 0

    assert len(set(after)) == 1
    assert after != before
    assert _restarts(stack) == began
