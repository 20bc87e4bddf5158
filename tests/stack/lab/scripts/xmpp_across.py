"""Usage: xmpp_across.py JID JID CA <both passwords. Two people of two domains write to each other. Prints for each direction
the text that arrived, or the error that came back."""

import asyncio
import sys

from xmpp import Person, passwords, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab


async def outcome(sender: Person, receiver: Person, text: str) -> str:
    """Send a text; return it when it arrives, or the condition of the error that comes back."""
    bounced: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    sender.add_event_handler("message_error", lambda error: bounced.set_result(error["error"]["condition"]), disposable=True)
    arrived = asyncio.ensure_future(receiver.hear(40))
    sender.send_message(mto=receiver.boundjid.full, mbody=text)
    done, _ = await asyncio.wait([bounced, arrived], timeout=40, return_when=asyncio.FIRST_COMPLETED)
    arrived.cancel()
    return str(done.pop().result()) if done else "nothing"


async def main() -> int:
    one, two, ca = sys.argv[1:]
    first, second = passwords()
    here = await Person(one, first, "direct", ca).login()
    there = await Person(two, second, "starttls", ca).login()
    say({"out": await outcome(here, there, "to them"), "in": await outcome(there, here, "to us")})
    return 0


run(main)
