"""Usage: xmpp_belongings.py JID CA put|get <password. Puts something of everything that a person may have on the server there, or
prints what there is: contacts, name on the card, what is private, and the number of archived messages."""

import sys

from xmpp import Person, RefusedError, passwords, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab

PRIVATE = "jabber:iq:private"
NOTE = "urn:example:note"


async def put(person: Person) -> None:
    await person.update_roster("friend@falcot.com", name="A friend", groups=["Work"])
    card = person.make_iq_set()
    card["vcard_temp"]["FN"] = "Their full name"
    await card.send(timeout=10)
    note = person.make_iq_set()
    query = note.xml.makeelement(f"{{{PRIVATE}}}query", {})
    kept = query.makeelement(f"{{{NOTE}}}note", {})
    kept.text = "remember me"
    query.append(kept)
    note.append(query)
    await note.send(timeout=10)
    person.send_message(mto=person.boundjid.bare, mbody="to myself", mtype="chat")
    await person.hear()


async def found(person: Person) -> dict[str, object]:
    await person.get_roster(timeout=10)
    card = await person["xep_0054"].get_vcard(jid=person.boundjid.bare, local=False, timeout=10)
    ask = person.make_iq_get()
    query = ask.xml.makeelement(f"{{{PRIVATE}}}query", {})
    query.append(query.makeelement(f"{{{NOTE}}}note", {}))
    ask.append(query)
    answer = await ask.send(timeout=10)
    notes = [note.text for note in answer.xml.iter(f"{{{NOTE}}}note")]
    messages = [message async for message in person["xep_0313"].iterate(jid=None)]
    bodies = [message["mam_result"]["forwarded"]["stanza"]["body"] for message in messages]
    return {
        "contacts": sorted(str(jid) for jid in person.client_roster if jid != person.boundjid.bare),
        "card": str(card["vcard_temp"]["FN"]),
        "private": notes,
        "messages": bodies,
    }


async def main() -> int:
    jid, ca, what = sys.argv[1:]
    try:
        person = Person(jid, passwords()[0], "direct", ca)
        person.register_plugin("xep_0054")
        await person.login()
    except RefusedError as problem:
        say({"refused": str(problem)})
        return 1
    if what == "put":
        await put(person)
    say(await found(person))
    return 0


run(main)
