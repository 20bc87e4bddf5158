"""Usage: xmpp_relay.py JID CA <password, then anything to end. Over and over, asks its server for TURN credentials (XEP-0215) and
gets a relay with them at once. Prints user name, password and the TURN server's answer (0 or an error code) of every time, and how
often its stream was lost. /lab/turn_client.py must be there."""

import asyncio
import sys
from typing import Any

from turn_client import Client  # type: ignore[import-not-found]  # put there by the test
from xmpp import Person, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab

NAMESPACE = "urn:xmpp:extdisco:2"


async def line() -> str:
    return str(await asyncio.to_thread(sys.stdin.readline)).strip()


async def credentials(person: Any) -> dict[str, str]:  # noqa: ANN401 - a Person, which has no types here
    query = person.make_iq_get(ito=person.boundjid.host)
    query.xml.append(query.xml.makeelement(f"{{{NAMESPACE}}}services", {}))
    answer = await query.send(timeout=10)
    entries = (dict(entry.attrib) for entry in answer.xml.iter(f"{{{NAMESPACE}}}service"))
    return next(entry for entry in entries if (entry["type"], entry["transport"]) == ("turn", "udp"))


async def main() -> int:
    jid, ca = sys.argv[1:]
    person = await Person(jid, await line(), "direct", ca).login()
    say("ready")
    found = []
    ending = asyncio.create_task(line())
    while not ending.done():
        entry = await credentials(person)
        client = Client(entry["host"], int(entry["port"]), entry["username"], entry["password"])
        found.append([entry["username"], entry["password"], await asyncio.to_thread(client.allocate)])
        await asyncio.to_thread(client.refresh, 0)
        await asyncio.sleep(0.2)
    say({"relays": found, "lost": person.lost})
    return 0


run(main)
