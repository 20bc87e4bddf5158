"""A small TURN client (RFC 8489, RFC 8656) that says what the server answered, code by code.

Standard library only: its source is sent to a Python in a container on the network, followed by a call. Independent of coturn's
own utilities, which share the server's code. Every wait is bounded.
"""

import hashlib
import hmac
import ipaddress
import os
import socket
import ssl
import struct
import zlib
from collections.abc import Callable

COOKIE = 0x2112A442
BINDING, ALLOCATE, REFRESH, SEND, DATA, CREATE_PERMISSION = 1, 3, 4, 6, 7, 8
XOR_PEER_ADDRESS, DATA_ATTRIBUTE, XOR_RELAYED_ADDRESS = 0x12, 0x13, 0x16
TIMEOUT = 3.0
RETRANSMISSIONS = (0.5, 1.0)
"""Seconds after which a request over UDP is sent again (RFC 8489, section 6.2.1)."""

Attribute = tuple[int, bytes | Callable[[bytes], bytes]]
"""A code and its value, or the function that makes the value from the transaction's identity."""


def xor_address(address: str, port: int, transaction: bytes) -> bytes:
    """Given an address and port, return them as the value of an XOR-…-ADDRESS attribute."""
    packed = ipaddress.ip_address(address).packed
    key = struct.pack("!I", COOKIE) + transaction
    family = 1 if len(packed) == 4 else 2
    return struct.pack("!BBH", 0, family, port ^ (COOKIE >> 16)) + bytes(a ^ b for a, b in zip(packed, key, strict=False))


def unxor_address(value: bytes, transaction: bytes) -> tuple[str, int]:
    """Given the value of an XOR-…-ADDRESS attribute, return the address and port."""
    port = struct.unpack("!H", value[2:4])[0] ^ (COOKIE >> 16)
    key = struct.pack("!I", COOKIE) + transaction
    packed = bytes(a ^ b for a, b in zip(value[4:], key, strict=False))
    return str(ipaddress.ip_address(packed)), port


def attributes_of(message: bytes) -> dict[int, bytes]:
    """Given a STUN message, return its attributes by code."""
    found: dict[int, bytes] = {}
    at = 20
    while at + 4 <= len(message):
        code, length = struct.unpack("!HH", message[at : at + 4])
        found[code] = message[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
    return found


class Client:
    """One connection to the server, and one allocation on it."""

    def __init__(self, server: str, port: int, user: str, password: str, *, transport: str = "udp", name: str = "") -> None:
        self.user, self.password = user, password
        self.realm, self.nonce = b"", b""
        self.relayed: tuple[str, int] = ("", 0)
        self.last = b""
        self.waiting: list[tuple[tuple[str, int], bytes]] = []
        self.stream = transport != "udp"
        family = socket.AF_INET6 if ":" in server else socket.AF_INET
        raw = socket.socket(family, socket.SOCK_STREAM if self.stream else socket.SOCK_DGRAM)
        raw.settimeout(TIMEOUT)
        raw.connect((server, port))
        self.socket: socket.socket = raw
        if transport == "tls":
            context = ssl.create_default_context(cafile="/lab/ca.crt")
            self.socket = context.wrap_socket(raw, server_hostname=name)

    def _key(self) -> bytes:
        text = f"{self.user}:{self.realm.decode()}:{self.password}"
        return hashlib.md5(text.encode(), usedforsecurity=False).digest()

    def _message(self, kind: int, attributes: list[Attribute], *, signed: bool) -> tuple[bytes, bytes]:
        transaction = os.urandom(12)
        filled = [(code, value if isinstance(value, bytes) else value(transaction)) for code, value in attributes]
        if signed:
            filled += [(0x0006, self.user.encode()), (0x0014, self.realm), (0x0015, self.nonce)]
        body = b"".join(struct.pack("!HH", code, len(v)) + v + b"\0" * (-len(v) % 4) for code, v in filled)
        if signed:
            head = struct.pack("!HHI", kind, len(body) + 24, COOKIE) + transaction
            body += struct.pack("!HH", 0x0008, 20) + hmac.new(self._key(), head + body, hashlib.sha1).digest()
        head = struct.pack("!HHI", kind, len(body) + 8, COOKIE) + transaction
        mark = zlib.crc32(head + body) ^ 0x5354554E
        return head + body + struct.pack("!HHI", 0x8028, 4, mark), transaction

    def _read(self) -> bytes:
        if not self.stream:
            return self.socket.recv(65536)
        head = self._exactly(20)
        return head + self._exactly(struct.unpack("!H", head[2:4])[0])

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = self.socket.recv(count - len(found))
            if not more:
                raise ConnectionError("the server closed the connection")
            found += more
        return found

    def _wait_for_data(self) -> None:
        for _ in range(50):
            self._keep(self._read())
            if self.waiting:
                return
        raise TimeoutError("fifty messages and no data")

    def _keep(self, message: bytes) -> bool:
        if struct.unpack("!H", message[:2])[0] != DATA | 0x10:
            return False
        attributes = attributes_of(message)
        peer = unxor_address(attributes[XOR_PEER_ADDRESS], message[8:20])
        self.waiting.append((peer, attributes[DATA_ATTRIBUTE]))
        return True

    def _exchange(self, message: bytes, transaction: bytes) -> tuple[int, dict[int, bytes]]:
        for patience in () if self.stream else RETRANSMISSIONS:
            self.socket.sendall(message)
            self.socket.settimeout(patience)
            try:
                return self._answer(transaction)
            except TimeoutError:
                continue
            finally:
                self.socket.settimeout(TIMEOUT)
        self.socket.sendall(message)
        return self._answer(transaction)

    def _answer(self, transaction: bytes) -> tuple[int, dict[int, bytes]]:
        self.last = transaction
        for _ in range(50):
            message = self._read()
            if not self._keep(message) and message[8:20] == transaction:
                return struct.unpack("!H", message[:2])[0], attributes_of(message)
        raise TimeoutError("fifty messages and no answer")

    def request(self, method: int, *attributes: Attribute) -> tuple[int, dict[int, bytes]]:
        """Given a method and attributes, return the error code (0 is success) and the answer's attributes."""
        found: dict[int, bytes] = {}
        for _ in range(3):
            message, transaction = self._message(method, list(attributes), signed=bool(self.nonce))
            kind, found = self._exchange(message, transaction)
            if kind & 0x0110 == 0x0100:
                return 0, found
            code = found[9][2] * 100 + found[9][3]
            if (code == 401 and not self.nonce) or code == 438:
                self.realm, self.nonce = found[0x14], found[0x15]
                continue
            return code, found
        return 438, found

    def binding(self) -> dict[int, bytes]:
        """Return the attributes of the answer to a STUN Binding request."""
        message, transaction = self._message(BINDING, [], signed=False)
        return self._exchange(message, transaction)[1]

    def anonymous(self) -> int:
        """Ask for an allocation without any credentials; return the error code."""
        message, transaction = self._message(ALLOCATE, [(0x0019, struct.pack("!Bxxx", 17))], signed=False)
        kind, found = self._exchange(message, transaction)
        return 0 if kind & 0x0110 == 0x0100 else found[9][2] * 100 + found[9][3]

    def allocate(self, *, family: int = 4) -> int:
        """Given an address family, allocate a relayed address of it; return the error code."""
        wanted = struct.pack("!Bxxx", 1 if family == 4 else 2)
        code, found = self.request(ALLOCATE, (0x0019, struct.pack("!Bxxx", 17)), (0x0017, wanted), (0x000D, struct.pack("!I", 600)))
        if code == 0:
            self.relayed = unxor_address(found[XOR_RELAYED_ADDRESS], self.last)
        return code

    def refresh(self, lifetime: int = 600) -> int:
        """Given a lifetime in seconds, refresh the allocation; return the error code."""
        return self.request(REFRESH, (0x000D, struct.pack("!I", lifetime)))[0]

    def permit(self, peer: str) -> int:
        """Given a peer's address, ask for a permission; return the error code."""
        return self.request(CREATE_PERMISSION, (XOR_PEER_ADDRESS, lambda t: xor_address(peer, 9, t)))[0]

    def send(self, peer: tuple[str, int], data: bytes) -> None:
        """Given a peer and data, send it from the relayed address (a Send indication, which is never answered)."""
        attributes: list[Attribute] = [(XOR_PEER_ADDRESS, lambda t: xor_address(*peer, t)), (DATA_ATTRIBUTE, data)]
        self.socket.sendall(self._message(SEND | 0x10, attributes, signed=False)[0])

    def receive(self) -> tuple[tuple[str, int], bytes]:
        """Return the next peer and data that came in at the relayed address. Raise TimeoutError."""
        if not self.waiting:
            self._wait_for_data()
        return self.waiting.pop(0)
