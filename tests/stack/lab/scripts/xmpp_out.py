"""Usage: xmpp_out.py tls|websocket|bosh|half|asleep JID HOST CA <password. Logs in, says "ready", and waits for the end of the
stream, which the server must bring about. "half" stops in the middle of the login. "asleep" enables resumption (XEP-0198), drops
its connection, and at the next line of standard input tries to go on where it was. Prints {"at": seconds since 1970, "how": …}.
No library between us and the octets: what it sees is what the server did.
"""

import asyncio
import base64
import json
import re
import ssl
import sys
import time
from typing import Any, Protocol

import aiohttp  # type: ignore[import-not-found]  # it is in the lab's image

LIMIT = 15
HEAD = "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
SLEEP = "urn:xmpp:sm:3"


class Way(Protocol):
    """A way to the server: begins a stream, sends a piece of XML, returns the next piece or "" at the end."""

    async def begin(self) -> None: ...
    async def send(self, xml: str) -> None: ...
    async def receive(self) -> str: ...


class Tls:
    """TLS from the first octet (XEP-0368)."""

    def __init__(self, domain: str, host: str, context: ssl.SSLContext) -> None:
        self.domain, self.host, self.context = domain, host, context
        self.writer: asyncio.StreamWriter | None = None

    async def begin(self) -> None:
        if self.writer is None:
            self.context.set_alpn_protocols(["xmpp-client"])
            self.reader, self.writer = await asyncio.open_connection(self.host, 443, ssl=self.context, server_hostname=self.domain)
        await self.send(f"<?xml version='1.0'?><stream:stream to='{self.domain}' {HEAD}>")

    async def send(self, xml: str) -> None:
        assert self.writer is not None
        self.writer.write(xml.encode())
        await self.writer.drain()

    async def receive(self) -> str:
        try:
            return (await self.reader.read(65536)).decode()
        except (OSError, ssl.SSLError):
            return ""

    def drop(self) -> None:
        """Lose the connection without a word."""
        assert self.writer is not None
        self.writer.transport.abort()
        self.writer = None


class WebSocket:
    """RFC 7395."""

    def __init__(self, domain: str, host: str, context: ssl.SSLContext) -> None:
        self.domain, self.host, self.context = domain, host, context
        self.socket: Any = None

    async def begin(self) -> None:
        if self.socket is None:
            session = aiohttp.ClientSession()
            url = f"wss://{self.host}/xmpp-websocket"
            self.socket = await session.ws_connect(url, protocols=("xmpp",), ssl=self.context)
        await self.send(f"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='{self.domain}' version='1.0'/>")

    async def send(self, xml: str) -> None:
        await self.socket.send_str(xml)

    async def receive(self) -> str:
        message = await self.socket.receive()
        return str(message.data) if message.type is aiohttp.WSMsgType.TEXT else ""


class Bosh:
    """XEP-0206: one request is always held."""

    def __init__(self, domain: str, host: str, context: ssl.SSLContext) -> None:
        self.domain, self.host, self.context = domain, host, context
        self.number, self.identity = 1000, ""
        self.answers: asyncio.Queue[str] = asyncio.Queue()
        self.tasks: set[asyncio.Task[None]] = set()
        self.session: Any = None

    async def _post(self, attributes: str, xml: str) -> None:
        self.number += 1
        body = f"<body xmlns='http://jabber.org/protocol/httpbind' rid='{self.number}' {attributes}>{xml}</body>"
        try:
            async with self.session.post(f"https://{self.host}/http-bind", data=body, ssl=self.context) as answer:
                text = await answer.text()
        except aiohttp.ClientError:
            text = ""
        await self.answers.put("" if "type='terminate'" in text.replace('"', "'") else text)

    async def begin(self) -> None:
        rules = "xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'"
        if not self.identity:
            self.session = aiohttp.ClientSession()
            await self._post(f"to='{self.domain}' wait='30' hold='1' ver='1.6' {rules}", "")
            text = await self.answers.get()
            self.identity = re.search(r"""sid=["']([^"']+)""", text)[1]  # type: ignore[index]
            await self.answers.put(text)
        else:
            self._later(f"sid='{self.identity}' xmpp:restart='true' to='{self.domain}' {rules}", "")

    def _later(self, attributes: str, xml: str) -> None:
        task = asyncio.create_task(self._post(attributes, xml))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def send(self, xml: str) -> None:
        self._later(f"sid='{self.identity}'", xml)

    async def receive(self) -> str:
        while self.answers.empty():
            if not self.tasks:
                await self.send("")
            await asyncio.wait(self.tasks, timeout=1)
        return await self.answers.get()


def say(value: object) -> None:
    """Print a value as one line of JSON."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def until(way: Way, *wanted: str) -> str:
    """Return everything up to one of the wanted pieces. Raise EOFError with it if the stream ends first."""
    seen = ""
    async with asyncio.timeout(LIMIT):
        while not any(piece in seen for piece in wanted):
            more = await way.receive()
            seen += more
            if not more:
                raise EOFError(seen)
    return seen


async def log_in(way: Way, name: str, password: str) -> str:
    """Authenticate; return "" or the SASL condition of the refusal."""
    await way.begin()
    await until(way, "</stream:features>", "</features>")
    proof = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
    await way.send(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{proof}</auth>")
    seen = await until(way, "<success", "</failure>")
    if "<success" not in seen:
        found = re.search(r"<failure[^>]*><([a-z-]+)", seen)
        return found[1] if found else seen
    await way.begin()
    await until(way, "</stream:features>", "</features>")
    return ""


async def bind(way: Way) -> None:
    """Be present."""
    await way.send("<iq type='set' id='b' xmlns='jabber:client'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
    await until(way, "</jid>")
    await way.send("<presence xmlns='jabber:client'/>")


async def the_end(way: Way) -> None:
    """Wait for it, and say when and how."""
    seen = ""
    while more := await way.receive():
        seen += more
    found = re.search(r"<stream:error[^>]*><([a-z-]+)|<error[^>]*><([a-z-]+)", seen)
    say({"at": time.time(), "how": (found[1] or found[2]) if found else "closed"})


async def asleep(way: Tls, name: str, password: str) -> None:
    """Fall asleep, and wake up when told."""
    await way.send(f"<enable xmlns='{SLEEP}' resume='true'/>")
    enabled = await until(way, "<enabled", "<failed")
    identity = re.search(r"""[ ]id=["']([^"']+)""", enabled[enabled.index("<enabled") :])[1]  # type: ignore[index]
    way.drop()
    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    refused = await log_in(way, name, password)
    if refused:
        say({"at": time.time(), "how": refused})
        return
    await way.send(f"<resume xmlns='{SLEEP}' previd='{identity}' h='0'/>")
    seen = await until(way, "<resumed", "</failed>")
    say({"at": time.time(), "how": "resumed" if "<resumed" in seen else "not resumed"})


async def main() -> int:
    kind, jid, host, ca = sys.argv[1:]
    password = sys.stdin.readline().rstrip("\n")
    name, domain = jid.split("@")
    context = ssl.create_default_context(cafile=ca)
    ways: dict[str, type[Tls | WebSocket | Bosh]] = {"websocket": WebSocket, "bosh": Bosh}
    way = ways.get(kind, Tls)(domain, host, context)
    if kind == "half":
        await way.begin()
        await until(way, "</stream:features>")
        first = base64.b64encode(f"n,,n={name},r=0123456789abcdef".encode()).decode()
        await way.send(f"<auth xmlns='{SASL}' mechanism='SCRAM-SHA-256'>{first}</auth>")
        await until(way, "</challenge>")
    else:
        refused = await log_in(way, name, password)
        if refused:
            say({"at": time.time(), "how": refused})
            return 1
        await bind(way)
    if isinstance(way, Tls) and kind == "asleep":
        await asleep(way, name, password)
        return 0
    say("ready")
    await the_end(way)
    return 0


sys.exit(asyncio.run(main()))
