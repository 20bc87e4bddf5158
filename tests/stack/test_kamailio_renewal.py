"""A renewed certificate is served at once, by every worker, and nobody is dropped."""

from contextlib import ExitStack

from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.sip_phones import Phones


def serials(stack: Stack, lab: Lab) -> set[str]:
    """Return the serial numbers that twenty new connections are shown: more than there are workers."""
    show = (
        f"for i in $(seq 20); do openssl s_client -connect {stack.address('kamailio')}:443 -CAfile /lab/ca.crt "
        "-verify_return_error -verify_hostname falcot.com </dev/null 2>/dev/null | openssl x509 -noout -serial; done"
    )
    lines = lab.run(["sh", "-c", show]).stdout.split()
    assert len(lines) == 20
    return set(lines)


def began(stack: Stack) -> list[str]:
    """Return which container it is, and how often it was started again."""
    return docker("inspect", "--format", "{{.Id}} {{.RestartCount}} {{.State.StartedAt}}", stack.container("kamailio")).split()


def test_a_renewal_is_served_and_drops_nobody(stack: Stack, lab: Lab) -> None:
    before, alive = serials(stack, lab), began(stack)
    with ExitStack() as after:
        roland = Phones(stack, lab, after)("roland")
        (stack.directory / "secrets" / "kamailio.crt").unlink()
        stack.ok("up", "--yes")

        now = serials(stack, lab)
        assert roland.ask("OPTIONS", "sip:falcot.com").status == 200

    assert len(before) == len(now) == 1
    assert before != now
    assert began(stack) == alive
