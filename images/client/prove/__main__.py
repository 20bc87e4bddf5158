"""Proves a stack from a client's place: `python3 /usr/lib/rtcstack/prove`, a request on standard input, results as JSON lines.

The request says what a person knows who has just got an account: the domain, the CA, names and passwords, and the printed
zone, which is all that is known about where the services are. What must be refused is tried before what must work.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

import chat
import phone
import relay
from request import Request, Wrong
from zone import serve

LIMIT = 40
"""Seconds for one step; each client has shorter limits of its own."""

STEPS: tuple[tuple[str, str, Callable[[Request], Awaitable[str]]], ...] = (
    ("turn", "a wrong password", relay.refused),
    ("turn", "a packet from {0} over TLS through two relays to {1} over UDP, and back", relay.packets),
    ("turn", "a relay for {0} over TCP", relay.over_tcp),
    ("xmpp", "a wrong password", chat.refused),
    ("xmpp", "a message from {0} (direct TLS) to {1} (STARTTLS), and back", chat.messages),
    ("sip", "a wrong password", phone.refused),
    ("sip", "a call from {0} to {1} over TLS, with sound both ways", phone.call),
)


async def step(service: str, tried: str, prove: Callable[[Request], Awaitable[str]], request: Request) -> dict[str, object]:
    """Given a step, take it and return what happened, as one line of the answer."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(LIMIT):
            happened, ok = await prove(request), True
    except TimeoutError:
        happened, ok = f"no end after {LIMIT} seconds", False
    except (Wrong, OSError, asyncio.IncompleteReadError) as error:
        happened, ok = str(error) or type(error).__name__, False
    names = [person.name for person in request.people]
    seconds = round(time.monotonic() - began, 3)
    return {"service": service, "tried": tried.format(*names), "ok": ok, "happened": happened, "seconds": seconds}


async def main() -> None:
    """Take every step, whatever the one before ended with."""
    request = Request.read(sys.stdin.buffer.read())
    async with serve(request.records, request.loopback):
        for service, tried, prove in STEPS:
            print(json.dumps(await step(service, tried, prove, request)), flush=True)


# slixmpp wants its loop to be set before it is imported anywhere else.
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
