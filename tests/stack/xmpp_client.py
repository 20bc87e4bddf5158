"""How tests run the XMPP clients of the lab: by JID, password and CA, with the printed zone as their only way to the server."""

import json
from typing import Any

from tests.stack.lab import Lab

CA, WRONG_CA = "/lab/ca.crt", "/lab/wrong-ca.crt"
DOMAIN = "falcot.com"


def jid(name: str) -> str:
    """Given a person's name, return the bare JID."""
    return f"{name}@{DOMAIN}"


def client(lab: Lab, script: str, *arguments: str, passwords: tuple[str, ...]) -> tuple[int, Any]:
    """Given a script of tests/stack/lab/scripts, run it; return its status and what it printed as JSON (None if nothing)."""
    done = lab.run(["python3", f"/lab/{script}.py", *arguments], input="\n".join(passwords) + "\n", timeout=90)
    assert done.returncode in (0, 1), f"{script}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.stdout, f"{script} said nothing:\n{done.stderr}"
    return done.returncode, json.loads(done.stdout)
