"""Usage: xmpp_stay.py JID CA <password, then one word a line. To "say" it writes itself a message, which the server archives on
its way, and answers with the milliseconds that took; to "end" with how often the stream was lost. So a test can do things to
the server while somebody is logged in."""

import asyncio
import sys
import time

from xmpp import Person, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab


async def line() -> str:
    return str(await asyncio.to_thread(sys.stdin.readline)).strip()


async def main() -> int:
    jid, ca = sys.argv[1:]
    person = await Person(jid, await line(), "direct", ca).login()
    say("ready")
    while await line() == "say":
        began = time.monotonic()
        person.send_message(mto=person.boundjid.full, mbody="to myself")
        try:
            await person.hear()
            say(round(1000 * (time.monotonic() - began)))
        except TimeoutError:
            say(-1)
    say(person.lost)
    return 0


run(main)
