"""DTLS 1.2 as far as the server's certificate (RFC 6347): the standard library has no DTLS, and the first flight is in clear.

A server that cannot read its key never sends a certificate. The chain is not verified here: the same certificate is verified
by the TLS probe of the service, and whoever asks can compare the fingerprints.
"""

import hashlib
import secrets
import struct
from dataclasses import dataclass, field

from rtcstack.plan.listener import Listener
from rtcstack.probes.datagram import datagrams
from rtcstack.probes.result import Outcome, WrongAnswerError

VERSION = b"\xfe\xfd"
ALERT, HANDSHAKE = 21, 22
CLIENT_HELLO, HELLO_VERIFY_REQUEST, CERTIFICATE = 1, 3, 11
SUITES = bytes.fromhex("c02b c02f c02c c030 cca9 cca8")
"""ECDHE with ECDSA or RSA, AES-GCM or ChaCha20-Poly1305."""
GROUPS = bytes.fromhex("001d 0017 0018")
SIGNATURES = bytes.fromhex("0403 0503 0603 0804 0805 0806 0401 0501 0601")
CLOSE_NOTIFY = b"\x01\x00"


def _block(value: bytes, size: int = 2) -> bytes:
    return len(value).to_bytes(size, "big") + value


def _extension(kind: int, value: bytes) -> bytes:
    return struct.pack("!H", kind) + _block(value)


def record(kind: int, sequence: int, payload: bytes) -> bytes:
    """Given content type, sequence number and payload, return a record of epoch 0 (RFC 6347 section 4.1)."""
    return bytes([kind]) + VERSION + bytes(2) + sequence.to_bytes(6, "big") + _block(payload)


def client_hello(random: bytes, cookie: bytes, name: str, number: int) -> bytes:
    """Given our random, the server's cookie (empty at first), SNI and message number, return the ClientHello's record."""
    server_name = _extension(0, _block(b"\x00" + _block(name.encode("ascii")))) if name else b""
    extensions = (
        server_name
        + _extension(10, _block(GROUPS))
        + _extension(11, _block(b"\x00", 1))
        + _extension(13, _block(SIGNATURES))
        + _extension(23, b"")
        + _extension(0xFF01, b"\x00")
    )
    body = VERSION + random + _block(b"", 1) + _block(cookie, 1) + _block(SUITES) + _block(b"\x00", 1) + _block(extensions)
    size = len(body).to_bytes(3, "big")
    return record(HANDSHAKE, number, bytes([CLIENT_HELLO]) + size + struct.pack("!H", number) + bytes(3) + size + body)


@dataclass
class Flight:
    """What the server has sent so far: fragments of its certificate message, and the cookie it wants back."""

    cookie: bytes = b""
    size: int = 0
    fragments: dict[int, bytes] = field(default_factory=dict)

    def take(self, datagram: bytes) -> None:
        """Given a datagram, take its handshake fragments. Raise WrongAnswerError at an alert or what is not DTLS."""
        at = 0
        while at + 13 <= len(datagram):
            kind, epoch = datagram[at], datagram[at + 3 : at + 5]
            size = int.from_bytes(datagram[at + 11 : at + 13], "big")
            payload = datagram[at + 13 : at + 13 + size]
            if kind == ALERT and len(payload) >= 2:
                raise WrongAnswerError(f"DTLS alert {payload[1]}")
            if kind == HANDSHAKE and epoch == bytes(2):
                self._fragments(payload)
            at += 13 + size
        if at == 0:
            raise WrongAnswerError("not DTLS")

    def _fragments(self, payload: bytes) -> None:
        at = 0
        while at + 12 <= len(payload):
            kind, size = payload[at], int.from_bytes(payload[at + 1 : at + 4], "big")
            offset = int.from_bytes(payload[at + 6 : at + 9], "big")
            length = int.from_bytes(payload[at + 9 : at + 12], "big")
            part = payload[at + 12 : at + 12 + length]
            if kind == HELLO_VERIFY_REQUEST and len(part) > 3:
                self.cookie = part[3 : 3 + part[2]]
            elif kind == CERTIFICATE:
                self.size = size
                self.fragments[offset] = part
            at += 12 + length

    @property
    def leaf(self) -> bytes:
        """The leaf's DER once the whole message is there, else nothing."""
        whole = b"".join(self.fragments[offset] for offset in sorted(self.fragments))
        if not self.size or len(whole) != self.size:
            return b""
        return whole[6 : 6 + int.from_bytes(whole[3:6], "big")]


async def certificate(listener: Listener, ca: bytes) -> Outcome:
    """Given a DTLS listener, say hello until its certificate has come. Raise WrongAnswerError, OSError."""
    del ca
    random, flight = secrets.token_bytes(32), Flight()

    def cookie(datagram: bytes) -> bool | None:
        flight.take(datagram)
        return True if flight.cookie or flight.leaf else None

    def leaf(datagram: bytes) -> bytes | None:
        flight.take(datagram)
        return flight.leaf or None

    async with datagrams(listener) as socket:
        await socket.ask(client_hello(random, b"", listener.identity, 0), cookie)
        der = flight.leaf or await socket.ask(client_hello(random, flight.cookie, listener.identity, 1), leaf)
        socket.transport.sendto(record(ALERT, 2, CLOSE_NOTIFY))
    return Outcome("began a DTLS handshake and showed its certificate", hashlib.sha256(der).hexdigest())
