"""Registered phones for tests, taken away afterwards."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.sip_client import SDP, Message, Phone, tls


class Phones:
    """Makes phones. Each is a line of its own, so that a person may have several."""

    def __init__(self, stack: Stack, lab: Lab, after: ExitStack) -> None:
        self.stack, self.lab, self.after = stack, lab, after

    def __call__(self, name: str, *, client: str = "client", q: str = "", number: int = 9) -> Phone:
        """Given a person, return a registered phone; `number` tells several of one person apart, `q` is its preference."""
        phone = self.bare(name, client=client, number=number)
        self.after.callback(self._leave, phone)
        assert phone.register(contact=f"{phone.contact};q={q}" if q else "").status == 200
        return phone

    @staticmethod
    def _leave(phone: Phone) -> None:
        # Whoever was removed or locked out has no connection any more.
        if not phone.line.closed:
            with suppress(BrokenPipeError):
                phone.register(0)

    def bare(self, name: str, *, client: str = "client", number: int = 9) -> Phone:
        """Given a person, return a phone that is not registered."""
        line = tls(self.lab, client=client)
        self.after.callback(line.close)
        return Phone(line, name, self.stack.person(name), number=number)


def accept(phone: Phone) -> Message:
    """Let a phone take the call that comes, and return the INVITE."""
    invite = phone.await_request("INVITE")
    phone.reply(invite, "180 Ringing", phone.contact)
    phone.reply(invite, "200 OK", phone.contact, "Content-Type: application/sdp", body=SDP)
    return invite


@contextmanager
def another_name(stack: Stack, lab: Lab) -> Iterator[str]:
    """Yield a name that leads to the SIP server in DNS but is not in its certificate."""
    name = "falcot.example"
    zone = (
        f"$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A {lab.address('dns')}\n@ A {stack.address('kamailio')}\n"
    )
    lab.serve({**lab.zones, name: zone})
    try:
        yield name
    finally:
        lab.serve(lab.zones)
