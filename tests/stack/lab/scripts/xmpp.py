"""A person with slixmpp, who knows a JID, a password and a CA, and finds the server by DNS alone."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import slixmpp

LIMIT = 15
"""Seconds for anything that should take a fraction of one."""


def run(main: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run `main` on the loop that slixmpp finds, and end with its status."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    sys.exit(loop.run_until_complete(main()))


def passwords() -> list[str]:
    """The lines of standard input: passwords never travel as arguments."""
    return sys.stdin.read().splitlines()


def say(value: object) -> None:
    """Print a value as one line of JSON."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


class RefusedError(Exception):
    """The server, or the client on seeing the server's certificate, said no."""


class Person(slixmpp.ClientXMPP):
    """One login; `how` is "direct" (_xmpps-client) or "starttls" (_xmpp-client)."""

    def __init__(self, jid: str, password: str, how: str, ca: str) -> None:
        super().__init__(jid, password)
        self.ca_certs = Path(ca)
        self.enable_direct_tls = how == "direct"
        self.enable_starttls = how == "starttls"
        self.enable_plaintext = False
        for plugin in ("xep_0030", "xep_0045", "xep_0199", "xep_0203", "xep_0313"):
            self.register_plugin(plugin)
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.lost = 0
        self._outcome: asyncio.Future[str] = self.loop.create_future()
        for event in ("failed_auth", "failed_all_auth", "ssl_invalid_chain", "connection_failed", "stream_error"):
            self.add_event_handler(event, lambda detail, event=event: self._end(RefusedError(f"{event} {detail!r}"[:200])))
        self.add_event_handler("session_start", lambda _: self._end(None))
        self.add_event_handler("disconnected", self._gone)
        self.add_event_handler("message", self.heard.put_nowait)

    def _end(self, problem: Exception | None) -> None:
        if self._outcome.done():
            return
        if problem is None:
            self._outcome.set_result(str(self.boundjid))
        else:
            self._outcome.set_exception(problem)

    def _gone(self, _: object) -> None:
        self.lost += 1
        self._end(RefusedError("disconnected"))

    async def login(self) -> "Person":
        """Connect, authenticate and be present. Raise RefusedError."""
        self.connect()
        try:
            await asyncio.wait_for(asyncio.shield(self._outcome), LIMIT)
        except TimeoutError:
            raise RefusedError("no answer in time") from None
        await self.get_roster()
        self.send_presence()
        # The answer comes after the presence has been dealt with: from now on messages are for us.
        await self["xep_0199"].send_ping(self.boundjid.host, timeout=LIMIT)
        return self

    async def hear(self, wait: float = LIMIT) -> str:
        """Return the next message's text; what was kept while nobody was here does not count."""
        while True:
            message = await asyncio.wait_for(self.heard.get(), wait)
            if message["body"] and message.get_plugin("delay", check=True) is None:
                return str(message["body"])

    def facts(self) -> dict[str, Any]:
        """What the login was like: mechanism, TLS version, and the server's address."""
        assert self.transport is not None
        tls = self.transport.get_extra_info("ssl_object")
        return {
            "jid": self.boundjid.bare,
            "mechanism": self["feature_mechanisms"].mech.name,
            "tls": tls.version(),
            "peer": list(self.transport.get_extra_info("peername")[:2]),
        }
