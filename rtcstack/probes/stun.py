"""STUN and TURN (RFC 8489, RFC 8656): a Binding must succeed, an Allocate without credentials must be refused with 401."""

import secrets
import struct
from dataclasses import dataclass
from ipaddress import ip_address

from rtcstack.plan.listener import Listener, Transport
from rtcstack.probes.datagram import datagrams
from rtcstack.probes.result import Outcome, WrongAnswerError
from rtcstack.probes.stream import connected, shown

COOKIE = 0x2112A442
BINDING, ALLOCATE = 0x0001, 0x0003
SUCCESS, ERROR = 0x0100, 0x0110
ERROR_CODE, REALM, NONCE, REQUESTED_TRANSPORT, XOR_MAPPED_ADDRESS = 0x0009, 0x0014, 0x0015, 0x0019, 0x0020
RELAY_UDP = bytes([17, 0, 0, 0])
ALPN = "stun.turn"
"""RFC 7443."""


@dataclass(frozen=True, slots=True)
class Message:
    """A STUN message: type, transaction and attributes by type (the first of each)."""

    type: int
    transaction: bytes
    attributes: dict[int, bytes]


def encode(kind: int, transaction: bytes, attributes: dict[int, bytes]) -> bytes:
    """Given a message's parts, return its bytes (RFC 8489 section 5)."""
    body = b"".join(struct.pack("!HH", key, len(value)) + value + bytes(-len(value) % 4) for key, value in attributes.items())
    return struct.pack("!HHI", kind, len(body), COOKIE) + transaction + body


def decode(data: bytes) -> Message:
    """Given bytes, return the message in them. Raise WrongAnswerError if they are not STUN."""
    if len(data) < 20:
        raise WrongAnswerError(f"not STUN: {shown(data)}")
    kind, length, cookie = struct.unpack("!HHI", data[:8])
    if cookie != COOKIE or kind & 0xC000 or len(data) < 20 + length:
        raise WrongAnswerError(f"not STUN: {shown(data)}")
    attributes: dict[int, bytes] = {}
    at, end = 20, 20 + length
    while at + 4 <= end:
        key, size = struct.unpack("!HH", data[at : at + 4])
        attributes.setdefault(key, data[at + 4 : at + 4 + size])
        at += 4 + size + (-size % 4)
    return Message(kind, data[8:20], attributes)


def mapped_address(message: Message) -> str:
    """Given a Binding success, return the address it saw us at. Raise WrongAnswerError if there is none."""
    value = message.attributes.get(XOR_MAPPED_ADDRESS, b"")
    if len(value) not in {8, 20}:
        raise WrongAnswerError("a Binding success without XOR-MAPPED-ADDRESS")
    mask = (struct.pack("!I", COOKIE) + message.transaction)[: len(value) - 4]
    return str(ip_address(bytes(a ^ b for a, b in zip(value[4:], mask, strict=True))))


def error_code(message: Message) -> int:
    """Given an error response, return its code, or 0 if it carries none."""
    value = message.attributes.get(ERROR_CODE, b"")
    return value[2] * 100 + value[3] if len(value) >= 4 else 0


def _bound(message: Message) -> dict[str, str]:
    if message.type != BINDING | SUCCESS:
        raise WrongAnswerError(f"the Binding was refused with {error_code(message)}")
    return {"sees": mapped_address(message)}


def _challenged(message: Message) -> dict[str, str]:
    if message.type == ALLOCATE | SUCCESS:
        raise WrongAnswerError("an allocation was given without credentials: this is an open relay", "open-relay")
    code = error_code(message)
    if code != 401 or NONCE not in message.attributes:
        raise WrongAnswerError(f"the Allocate was refused with {code} instead of a challenge")
    return {"realm": message.attributes.get(REALM, b"").decode(errors="replace")}


async def _exchange(listener: Listener, ca: bytes, kind: int, attributes: dict[int, bytes]) -> tuple[Message, str, dict[str, str]]:
    transaction = secrets.token_bytes(12)
    request = encode(kind, transaction, attributes)

    def accept(data: bytes) -> Message | None:
        message = decode(data)
        return message if message.transaction == transaction else None

    if listener.transport is Transport.UDP:
        async with datagrams(listener) as socket:
            return await socket.ask(request, accept), "", {}
    async with connected(listener, ca, ALPN) as stream:
        stream.writer.write(request)
        head = await stream.reader.readexactly(20)
        data = head + await stream.reader.readexactly(struct.unpack("!H", head[2:4])[0])
        message = accept(data)
        if message is None:
            raise WrongAnswerError("an answer to another request")
        return message, stream.certificate_sha256, stream.facts


async def binding(listener: Listener, ca: bytes) -> Outcome:
    """Given a STUN listener, send a Binding request and return what it answered. Raise WrongAnswerError, OSError."""
    message, certificate, facts = await _exchange(listener, ca, BINDING, {})
    found = _bound(message)
    return Outcome(f"answered; it sees us at {found['sees']}", certificate, facts | found)


async def allocate(listener: Listener, ca: bytes) -> Outcome:
    """Given a TURN listener, ask for a relay without credentials and return the challenge. Raise WrongAnswerError, OSError."""
    message, certificate, facts = await _exchange(listener, ca, ALLOCATE, {REQUESTED_TRANSPORT: RELAY_UDP})
    found = _challenged(message)
    return Outcome(f"asked for credentials of realm {found['realm']}", certificate, facts | found)
