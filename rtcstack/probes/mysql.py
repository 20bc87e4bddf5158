"""MariaDB: its greeting. A server that is overloaded or locked says an error instead, and that is no answer."""

from rtcstack.plan.listener import Listener
from rtcstack.probes.result import Outcome, WrongAnswerError
from rtcstack.probes.stream import connected, shown

PROTOCOL = 10


async def greeting(listener: Listener, ca: bytes) -> Outcome:
    """Given the database's listener, return the version in its initial handshake packet. Raise WrongAnswerError, OSError."""
    async with connected(listener, ca) as stream:
        head = await stream.reader.readexactly(4)
        packet = await stream.reader.readexactly(int.from_bytes(head[:3], "little"))
    if packet[:1] != bytes([PROTOCOL]):
        raise WrongAnswerError(f"refused: {shown(packet[3:])}")
    version = packet[1 : packet.index(0, 1)].decode(errors="replace")
    return Outcome(f"greeted as {version}")
