"""Usage: renewal_stay.py CA <one line of JSON, then anything to end. Keeps what a renewal could cut: a SIP registration over
WebSocket, an XMPP stream over WebSocket, and two TURN allocations (UDP and TLS) that send each other numbered packets. Prints
"ready", and at the end what was sent, answered and lost. /lab/turn_client.py must be there.

The line: {"name", "password", "turn": host, "sip": URL, "xmpp": URL, "rate": packets a second each way}.
"""

import asyncio
import base64
import hashlib
import json
import re
import ssl
import sys
import threading
import time
import uuid
from typing import Any

import aiohttp  # type: ignore[import-not-found]  # it is in the lab
from turn_client import Client  # type: ignore[import-not-found]  # put there by the test

PAUSE = 0.1
PATIENCE = 5.0
DOMAIN = "falcot.com"


class Relays(threading.Thread):
    """Packets from an allocation over UDP to one over TLS, and back."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        host, user, password = told["turn"], told["name"], told["password"]
        self.udp = Client(host, 443, user, password)
        self.tls = Client(host, 443, user, password, transport="tls", name=host)
        self.codes = [self.udp.allocate(), self.tls.allocate()]
        self.codes += [self.udp.permit(self.tls.relayed[0]), self.tls.permit(self.udp.relayed[0])]
        self.pause, self.over = 1 / told["rate"], threading.Event()
        self.result: dict[str, Any] = {}

    def run(self) -> None:
        """Send and count until it is over."""
        sent, lost, other, refreshed, error = 0, [], 0, [], ""
        began = renewed = time.monotonic()
        try:
            while not self.over.is_set():
                sent += 1
                data = f"{sent}".encode()
                for one, two in ((self.udp, self.tls), (self.tls, self.udp)):
                    one.send(two.relayed, data)
                    try:
                        peer, came = two.receive()
                        # Late is not lost: what came before its turn is passed over.
                        while came != data and int(came) < sent:
                            peer, came = two.receive()
                        other += peer != one.relayed
                    except TimeoutError:
                        lost.append(sent)
                if time.monotonic() - renewed > 20:
                    renewed = time.monotonic()
                    refreshed += [self.udp.refresh(), self.tls.refresh()]
                time.sleep(max(0.0, began + sent * self.pause - time.monotonic()))
            refreshed += [self.udp.refresh(), self.tls.refresh()]
        except OSError as failure:
            error = repr(failure)
        self.result = {"sent": 2 * sent, "lost": lost, "others": other, "refreshed": refreshed, "error": error}


def digest(challenge: str, method: str, uri: str, name: str, password: str) -> str:
    """Given a challenge, return the credentials (RFC 7616, MD5, qop auth)."""
    found = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    one, two = (
        hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        for text in (f"{name}:{found['realm']}:{password}", f"{method}:{uri}")
    )
    mixed = f"{one}:{found['nonce']}:00000001:0a0b:auth:{two}"
    answer = hashlib.md5(mixed.encode(), usedforsecurity=False).hexdigest()
    return (
        f'Digest username="{name}", realm="{found["realm"]}", nonce="{found["nonce"]}", uri="{uri}", response="{answer}",'
        " algorithm=MD5, qop=auth, nc=00000001, cnonce=0a0b"
    )


class Page:
    """A registration over WebSocket that stays (RFC 7118)."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, name: str, password: str) -> None:
        self.socket, self.name, self.password = socket, name, password
        self.number, self.call, self.host = 0, uuid.uuid4().hex, f"{uuid.uuid4().hex}.invalid"

    async def ask(self, method: str, proof: str = "") -> int:
        """Given a method, return the status of the final answer, credentials given if they are wanted."""
        self.number += 1
        me = f"<sip:{self.name}@{DOMAIN}>"
        await self.socket.send_str(
            f"{method} sip:{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/WSS {self.host};branch=z9hG4bK{uuid.uuid4().hex}\r\n"
            f"From: {me};tag=w\r\nTo: {me if method == 'REGISTER' else f'<sip:{DOMAIN}>'}\r\nCall-ID: {self.call}\r\n"
            f"CSeq: {self.number} {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:{self.name}@{self.host};transport=ws>;expires=600\r\n"
            f"{proof}Content-Length: 0\r\n\r\n"
        )
        while True:
            head = str((await self.socket.receive(PATIENCE)).data)
            found = re.match(r"SIP/2\.0 (\d+)", head)
            if found is None or int(found[1]) < 200 or f"CSeq: {self.number} " not in head:
                if self.socket.closed:
                    raise ConnectionError(head)
                continue
            challenge = re.search(r"(?im)^(www|proxy)-authenticate:\s*(.+?)\r?$", head)
            if challenge is None or proof:
                return int(found[1])
            word = "Authorization" if challenge[1].lower() == "www" else "Proxy-Authorization"
            made = digest(challenge[2], method, f"sip:{DOMAIN}", self.name, self.password)
            return await self.ask(method, f"{word}: {made}\r\n")


class Stream:
    """An XMPP stream over WebSocket (RFC 7395), logged in."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, name: str, password: str) -> None:
        self.socket, self.number = socket, 0
        self.proof = base64.b64encode(f"\0{name}\0{password}".encode()).decode()

    async def _until(self, word: str) -> str:
        while True:
            message = await self.socket.receive(PATIENCE)
            if word in str(message.data):
                return str(message.data)
            if self.socket.closed:
                raise ConnectionError(str(message.data))

    async def login(self) -> None:
        """Open, log in, open again, bind."""
        begin = f'<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="{DOMAIN}" version="1.0"/>'
        await self.socket.send_str(begin)
        await self._until("<mechanisms")
        await self.socket.send_str(f'<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">{self.proof}</auth>')
        await self._until("<success")
        await self.socket.send_str(begin)
        await self._until("bind")
        await self.socket.send_str(
            '<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
        )
        await self._until("<jid>")

    async def ask(self) -> int:
        """Ping the server (XEP-0199); return 200 for an answer."""
        self.number += 1
        await self.socket.send_str(
            f'<iq xmlns="jabber:client" type="get" id="p{self.number}" to="{DOMAIN}"><ping xmlns="urn:xmpp:ping"/></iq>'
        )
        said = await self._until(f"p{self.number}")
        return 200 if "result" in said else 500


async def watch(ask: Any, over: asyncio.Event) -> dict[str, Any]:  # noqa: ANN401 - a coroutine function
    """Ask until it is over; return how often, and every answer that was none."""
    asked, bad = 0, []
    while not over.is_set():
        asked += 1
        try:
            status = await asyncio.wait_for(ask(), PATIENCE)
            if status != 200:
                bad.append(str(status))
        except (OSError, TimeoutError, aiohttp.ClientError) as error:
            bad.append(repr(error))
            break
        await asyncio.sleep(PAUSE)
    return {"asked": asked, "bad": bad}


async def main() -> None:
    told = json.loads(sys.stdin.readline())
    context = ssl.create_default_context(cafile=sys.argv[1])
    name, password = told["name"], told["password"]
    relays = Relays(told)
    assert relays.codes == [0, 0, 0, 0], relays.codes
    async with aiohttp.ClientSession() as session:
        sip = await session.ws_connect(told["sip"], protocols=("sip",), ssl=context)
        xmpp = await session.ws_connect(told["xmpp"], protocols=("xmpp",), ssl=context)
        page, stream = Page(sip, name, password), Stream(xmpp, name, password)
        registered = await page.ask("REGISTER")
        assert registered == 200, registered
        await stream.login()
        relays.start()
        over = asyncio.Event()
        tasks = [asyncio.create_task(watch(lambda: page.ask("OPTIONS"), over)), asyncio.create_task(watch(stream.ask, over))]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        over.set()
        found = dict(zip(("sip", "xmpp"), await asyncio.gather(*tasks), strict=True))
        relays.over.set()
        await asyncio.to_thread(relays.join, 10)
        again = await page.ask("REGISTER") if not found["sip"]["bad"] else 0
        sys.stdout.write(json.dumps({**found, "relays": relays.result, "registered_again": again}) + "\n")


asyncio.run(main())
