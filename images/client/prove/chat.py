"""XMPP as a person's client uses it (slixmpp): found by SRV, the certificate checked for the domain, SCRAM inside TLS."""

import asyncio
import secrets
from typing import Any

import slixmpp
from request import Person, Request, Wrong

LIMIT = 10
ENDS = ("failed_all_auth", "ssl_invalid_chain", "connection_failed", "stream_error", "disconnected")


class Client(slixmpp.ClientXMPP):  # type: ignore[misc]
    """One login; `direct` takes the service of `_xmpps-client`, else that of `_xmpp-client` with STARTTLS."""

    def __init__(self, request: Request, person: Person, *, direct: bool) -> None:
        super().__init__(f"{person.name}@{request.domain}", person.password)
        self.ca_certs = request.ca_file
        self.enable_direct_tls, self.enable_starttls, self.enable_plaintext = direct, not direct, False
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.outcome: asyncio.Future[str] = self.loop.create_future()
        self.add_event_handler("session_start", lambda _: self.end("session_start"))
        self.add_event_handler("message", lambda message: self.heard.put_nowait(str(message["body"])))
        for event in ENDS:
            self.add_event_handler(event, lambda _, event=event: self.end(event))

    def end(self, event: str) -> None:
        """Keep the first event that decides the login."""
        if not self.outcome.done():
            self.outcome.set_result(event)

    async def login(self, *, roster: bool = True) -> str:
        """Connect and log in, asking for the roster as clients do; return the event that it ended with."""
        self.connect()
        try:
            async with asyncio.timeout(LIMIT):
                event = await asyncio.shield(self.outcome)
        except TimeoutError:
            return "silence"
        if event == "session_start":
            self.send_presence()
            if roster:
                await self.get_roster()
        return event

    async def leave(self) -> None:
        """End the stream, whatever state it is in."""
        self.abort() if self.outcome.done() and self.outcome.result() != "session_start" else await self.disconnect()

    def facts(self) -> str:
        """Return the mechanism and the version of TLS."""
        tls: Any = self.transport.get_extra_info("ssl_object")
        return f"{self['feature_mechanisms'].mech.name}, {tls.version()}"


async def refused(request: Request) -> str:
    """Log in with a wrong password both ways; raise Wrong if that works, or ends otherwise than by a refused password."""
    for direct in (True, False):
        client = Client(request, Person(request.people[0].name, secrets.token_hex(8)), direct=direct)
        event = await client.login()
        await client.leave()
        if event != "failed_all_auth":
            raise Wrong(f"a wrong password ended in {event} instead of being refused")
    return "refused by direct TLS and by STARTTLS"


async def messages(request: Request) -> str:
    """Log both in and send a message each way; raise Wrong if one does not arrive."""
    clients = [Client(request, person, direct=direct) for person, direct in zip(request.people, (True, False), strict=True)]
    try:
        for client in clients:
            if (event := await client.login()) != "session_start":
                raise Wrong(f"{client.boundjid.bare} could not log in: {event}")
        for one, other in (clients, clients[::-1]):
            text = secrets.token_hex(8)
            one.send_message(mto=other.boundjid.bare, mbody=text, mtype="chat")
            async with asyncio.timeout(LIMIT):
                while await other.heard.get() != text:
                    pass
        return f"delivered ({clients[0].facts()})"
    except TimeoutError:
        raise Wrong(f"a message did not arrive within {LIMIT} seconds") from None
    finally:
        for client in clients:
            await client.leave()
