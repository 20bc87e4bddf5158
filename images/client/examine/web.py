"""The web side of XMPP: host-meta (XEP-0156), the WebSocket that it names (RFC 7395), and files by HTTPS."""

import asyncio
import base64
import hashlib
import json
import secrets
from urllib.parse import urlsplit

from request import Request, Wrong

LIMIT = 6
RELATION = "urn:xmpp:alt-connections:websocket"
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def ask(request: Request, method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """Given an HTTPS request, return the answer's status and body. Raise OSError, TimeoutError."""
    head, stream = await _exchange(request, method, url, {**headers, "Connection": "close", "Content-Length": str(len(body))}, body)
    try:
        async with asyncio.timeout(LIMIT):
            return int(head.split()[1]), await stream[0].read(1 << 20)
    finally:
        stream[1].close()


async def websocket(request: Request) -> str:
    """Find the WebSocket by host-meta and open it; raise Wrong if that does not work."""
    host, port = request.srv("_xmpps-client._tcp")
    base = f"https://{host}" if port == 443 else f"https://{host}:5281"
    code, body = await ask(request, "GET", f"{base}/.well-known/host-meta.json", {}, b"")
    if code != 200:
        raise Wrong(f"host-meta was answered with {code}")
    links = [link["href"] for link in json.loads(body)["links"] if link["rel"] == RELATION]
    if not links:
        raise Wrong("host-meta names no WebSocket")
    key = base64.b64encode(secrets.token_bytes(16))
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key.decode()}
    upgrade |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "xmpp"}
    head, stream = await _exchange(request, "GET", links[0].replace("wss:", "https:", 1), upgrade, b"")
    stream[1].close()
    if head.split()[1] != "101":
        raise Wrong(f"{links[0]} was answered with {head.split()[1]}")
    accept = base64.b64encode(hashlib.sha1(key + MAGIC, usedforsecurity=False).digest()).decode()
    if f"sec-websocket-accept: {accept}".lower() not in head.lower() or "sec-websocket-protocol: xmpp" not in head.lower():
        raise Wrong(f"{links[0]} answered the handshake wrongly")
    return f"opened {links[0]}"


async def _exchange(
    request: Request, method: str, url: str, headers: dict[str, str], body: bytes
) -> tuple[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    parts = urlsplit(url)
    lines = [f"{method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port or 443, ssl=request.trust, server_hostname=parts.hostname
        )
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
    return head.decode(errors="replace"), (reader, writer)
