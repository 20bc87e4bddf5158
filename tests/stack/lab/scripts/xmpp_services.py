"""Usage: xmpp_services.py JID CA <password. Prints every entry that the server tells about STUN and TURN (XEP-0215)."""

import sys

from xmpp import Person, passwords, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab

NAMESPACE = "urn:xmpp:extdisco:2"


async def main() -> int:
    jid, ca = sys.argv[1:]
    person = await Person(jid, passwords()[0], "direct", ca).login()
    query = person.make_iq_get(ito=person.boundjid.host)
    query.xml.append(query.xml.makeelement(f"{{{NAMESPACE}}}services", {}))
    answer = await query.send(timeout=10)
    entries = answer.xml.findall(f"{{{NAMESPACE}}}services/{{{NAMESPACE}}}service")
    say([dict(entry.attrib) for entry in entries])
    return 0


run(main)
