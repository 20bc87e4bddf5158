"""HTTPS (a GET that is answered at all) and SIP over WebSocket (RFC 6455 and RFC 7118: the handshake with subprotocol `sip`)."""

import base64
import hashlib
import re
import secrets

from rtcstack.plan.listener import Listener
from rtcstack.probes.result import Outcome, WrongAnswerError
from rtcstack.probes.stream import connected, shown

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ?([^\r\n]*)")


def _authority(listener: Listener) -> str:
    host = listener.identity or str(listener.address)
    return host if listener.port == 443 else f"{host}:{listener.port}"


def status(answer: bytes) -> int:
    """Given an answer, return its status code. Raise WrongAnswerError if it is not HTTP, or says that the server failed."""
    found = STATUS.match(answer)
    if found is None:
        raise WrongAnswerError(f"not HTTP: {shown(answer)}")
    if int(found[1]) >= 500:
        raise WrongAnswerError(f"answered {found[1].decode()} {found[2].decode(errors='replace')}")
    return int(found[1])


def header(answer: bytes, name: bytes) -> bytes:
    """Given an answer and a header's name, return its value, empty if it is not there."""
    found = re.search(rb"\r\n" + re.escape(name) + rb":[ \t]*([^\r\n]*)", answer, re.IGNORECASE)
    return found[1].strip() if found else b""


async def get(listener: Listener, ca: bytes) -> Outcome:
    """Given an HTTPS listener, GET its root and return the status; any below 500 will do. Raise WrongAnswerError, OSError."""
    async with connected(listener, ca, "http/1.1") as stream:
        stream.writer.write(f"GET / HTTP/1.1\r\nHost: {_authority(listener)}\r\nConnection: close\r\n\r\n".encode())
        code = status(await stream.until(b"\r\n\r\n"))
        return Outcome(f"answered {code}", stream.certificate_sha256, stream.facts)


async def sip_websocket(listener: Listener, ca: bytes) -> Outcome:
    """Given a SIP over WebSocket listener, open it with subprotocol `sip`. Raise WrongAnswerError, OSError."""
    key = base64.b64encode(secrets.token_bytes(16))
    lines = (
        "GET / HTTP/1.1",
        f"Host: {_authority(listener)}",
        f"Origin: https://{_authority(listener)}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key.decode()}",
        "Sec-WebSocket-Protocol: sip",
        "Sec-WebSocket-Version: 13",
    )
    async with connected(listener, ca, "http/1.1") as stream:
        stream.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = await stream.until(b"\r\n\r\n")
        if (code := status(answer)) != 101:
            raise WrongAnswerError(f"the WebSocket was refused with {code}")
        accept = base64.b64encode(hashlib.sha1(key + MAGIC, usedforsecurity=False).digest())
        if header(answer, b"Sec-WebSocket-Accept") != accept or header(answer, b"Sec-WebSocket-Protocol") != b"sip":
            raise WrongAnswerError("the WebSocket handshake was answered wrongly")
        return Outcome("opened a WebSocket for SIP", stream.certificate_sha256, stream.facts)
