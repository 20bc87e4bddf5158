"""Usage: xmpp_stay.py JID CA <password, then one line for each question: "ping" is answered with the milliseconds that the
server took, "end" with how often the stream was lost. So a test can do things to the server while somebody is logged in."""

import asyncio
import sys
import time

from slixmpp.exceptions import IqError, IqTimeout
from xmpp import Person, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab


async def line() -> str:
    return str(await asyncio.to_thread(sys.stdin.readline)).strip()


async def main() -> int:
    jid, ca = sys.argv[1:]
    person = await Person(jid, await line(), "direct", ca).login()
    say("ready")
    while await line() == "ping":
        began = time.monotonic()
        try:
            await person["xep_0199"].send_ping(person.boundjid.host, timeout=10)
            say(round(1000 * (time.monotonic() - began)))
        except (IqError, IqTimeout) as problem:
            say(type(problem).__name__)
    say(person.lost)
    return 0


run(main)
