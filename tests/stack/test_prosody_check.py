"""prosody's own checks as a third party: of its configuration, its certificates, and the printed zone."""

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab


def _check(stack: Stack, what: str) -> tuple[int, str]:
    done = stack.exec("prosody", ["prosodyctl", "check", what])
    return done.returncode, done.stdout


@pytest.mark.parametrize("what", ["config", "certs", "disabled"])
def test_the_configuration_has_no_findings(stack: Stack, what: str) -> None:
    status, said = _check(stack, what)
    assert (status, "All checks passed" in said) == (0, True), said


def test_the_printed_zone_has_no_findings_and_a_poorer_one_has(stack: Stack, lab: Lab) -> None:
    poorer = "\n".join(line for line in stack.zone.splitlines() if "_xmpp-client._tcp" not in line) + "\n"
    lab.serve({**lab.zones, "falcot.com": poorer})
    try:
        status, said = _check(stack, "dns")
        assert (status, "No _xmpp-client SRV record found" in said) == (2, True), said
    finally:
        lab.serve(lab.zones)

    status, said = _check(stack, "dns")
    assert (status, "All checks passed" in said) == (0, True), said
