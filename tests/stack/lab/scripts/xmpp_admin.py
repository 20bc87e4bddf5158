"""Usage: xmpp_admin.py JID CA <password, then one word a line. To "ask" it answers with the names of the ad-hoc commands (XEP-0050)
that the server offers it, and whether it may run the one that invites a new person; to "end" with how often the stream was lost."""

import asyncio
import sys

import slixmpp.exceptions
from xmpp import Person, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab

COMMANDS = "http://jabber.org/protocol/commands"
INVITE = "urn:xmpp:invite#create-account"


async def line() -> str:
    return str(await asyncio.to_thread(sys.stdin.readline)).strip()


async def main() -> int:
    jid, ca = sys.argv[1:]
    person = await Person(jid, await line(), "direct", ca).login()
    say("ready")
    while await line() == "ask":
        items = await person["xep_0030"].get_items(jid=person.boundjid.host, node=COMMANDS, timeout=10)
        offered = sorted(node for _, node, _ in items["disco_items"]["items"])
        command = person.make_iq_set(ito=person.boundjid.host)
        command.xml.append(command.xml.makeelement(f"{{{COMMANDS}}}command", {"node": INVITE, "action": "execute"}))
        try:
            await command.send(timeout=10)
            allowed = True
        except slixmpp.exceptions.IqError as error:
            if error.condition != "forbidden":
                raise
            allowed = False
        say([offered, allowed])
    say(person.lost)
    return 0


run(main)
