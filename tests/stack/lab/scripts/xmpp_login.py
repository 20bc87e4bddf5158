"""Usage: xmpp_login.py JID direct|starttls CA <password. Prints what the login was like, or ends with 1 and why not."""

import sys

from xmpp import Person, RefusedError, passwords, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab


async def main() -> int:
    jid, how, ca = sys.argv[1:]
    try:
        person = await Person(jid, passwords()[0], how, ca).login()
    except RefusedError as problem:
        say({"refused": str(problem)})
        return 1
    say(person.facts())
    return 0


run(main)
