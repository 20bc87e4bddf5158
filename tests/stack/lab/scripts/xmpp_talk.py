"""Usage: xmpp_talk.py JID JID CA <both passwords. The first begins with TLS, the second by STARTTLS; each writes to the other."""

import sys

from xmpp import Person, passwords, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab


async def main() -> int:
    one, two, ca = sys.argv[1:]
    first, second = passwords()
    here = await Person(one, first, "direct", ca).login()
    there = await Person(two, second, "starttls", ca).login()
    here.send_message(mto=two, mbody="one to two")
    heard = [await there.hear()]
    there.send_message(mto=one, mbody="two to one")
    heard.append(await here.hear())
    say({"heard": heard, "first": here.facts(), "second": there.facts()})
    return 0


run(main)
