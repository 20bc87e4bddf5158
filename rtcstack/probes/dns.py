"""DNS (RFC 1035): one question over UDP, for the zone's SOA; any answer to it is a living name server's."""

import secrets
import struct

from rtcstack.plan.listener import Listener
from rtcstack.probes.datagram import datagrams
from rtcstack.probes.result import Outcome, WrongAnswerError

SOA, IN = 6, 1
CODES = {0: "NOERROR", 3: "NXDOMAIN", 5: "REFUSED"}
SERVER_FAILED = 2


def question(number: int, name: str) -> bytes:
    """Given an id and a name, return a query for its SOA record."""
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".") if label]
    owner = b"".join(bytes([len(label)]) + label for label in labels) + b"\x00"
    return struct.pack("!HHHHHH", number, 0, 1, 0, 0, 0) + owner + struct.pack("!HH", SOA, IN)


async def query(listener: Listener, ca: bytes) -> Outcome:
    """Given a DNS listener, ask for the SOA of its identity, or of the root. Raise WrongAnswerError, OSError."""
    del ca
    number = secrets.randbelow(65536)

    def accept(data: bytes) -> int | None:
        if len(data) < 12 or data[:2] != number.to_bytes(2, "big") or not data[2] & 0x80:
            return None
        return data[3] & 0x0F

    async with datagrams(listener) as socket:
        code = await socket.ask(question(number, listener.identity), accept)
    if code == SERVER_FAILED:
        raise WrongAnswerError("answered SERVFAIL")
    return Outcome(f"answered {CODES.get(code, str(code))}")
