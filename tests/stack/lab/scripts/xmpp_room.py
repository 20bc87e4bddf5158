"""Usage: xmpp_room.py ROOM JID JID CA <both passwords. The first opens a room and speaks; the second comes later and asks its
archive (XEP-0313), and both speak."""

import asyncio
import sys

from slixmpp import JID
from xmpp import LIMIT, Person, passwords, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab


async def join(person: Person, room: str, nick: str) -> None:
    """Enter the room without its history, and return when the room says so."""
    entered = person.loop.create_future()
    person.add_event_handler(f"muc::{room}::groupchat_subject", entered.set_result, disposable=True)
    person["xep_0045"].join_muc(JID(room), nick, maxhistory="0")
    await asyncio.wait_for(entered, LIMIT)


async def archive(person: Person, room: str) -> list[str]:
    """The texts that the room's archive holds."""
    results = person["xep_0313"].retrieve(jid=JID(room), iterator=True)
    return [
        str(message["mam_result"]["forwarded"]["stanza"]["body"])
        async for page in results
        for message in page["mam"]["results"]
        if message["mam_result"]["forwarded"]["stanza"]["body"]
    ]


async def main() -> int:
    room, one, two, ca = sys.argv[1:]
    first, second = passwords()
    here = await Person(one, first, "direct", ca).login()
    await join(here, room, "first")
    config = await here["xep_0045"].get_room_config(JID(room))
    config.set_values({"muc#roomconfig_persistentroom": True})
    await here["xep_0045"].set_room_config(JID(room), config)
    here.send_message(mto=room, mbody="before", mtype="groupchat")
    heard = [await here.hear()]

    there = await Person(two, second, "starttls", ca).login()
    await join(there, room, "second")
    there.send_message(mto=room, mbody="after", mtype="groupchat")
    heard.append(await here.hear())
    await asyncio.sleep(0.5)
    say({"heard": heard, "archive": await archive(there, room)})
    return 0


run(main)
