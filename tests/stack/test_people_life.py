"""One person, one password, every service: refused before, with the wrong password and after, let in between."""

import json

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.sip_client import Phone, tls
from tests.stack.xmpp_client import CA, client, jid


def turn(stack: Stack, lab: Lab, name: str, password: str) -> bool:
    host = str(stack.plan.service("coturn").hostname)
    done = lab.run(["python3", "/lab/turn_relay.py", host, "443", "tls", name, CA], input=f"{password}\n")
    return done.returncode == 0 and json.loads(done.stdout) != []


def sip(lab: Lab, name: str, password: str) -> bool:
    line = tls(lab)
    try:
        phone = Phone(line, name, password)
        return phone.ask("REGISTER", "sip:falcot.com", phone.contact, to=f"sip:{jid(name)}").status == 200
    finally:
        line.close()


def xmpp(lab: Lab, name: str, password: str) -> bool:
    return client(lab, "xmpp_login", jid(name), "direct", CA, passwords=(password,))[0] == 0


def lets_in(stack: Stack, lab: Lab, name: str, password: str) -> dict[str, bool]:
    return {"turn": turn(stack, lab, name, password), "sip": sip(lab, name, password), "xmpp": xmpp(lab, name, password)}


REFUSED = {"turn": False, "sip": False, "xmpp": False}
LET_IN = {"turn": True, "sip": True, "xmpp": True}


@pytest.mark.parametrize("password", ["", "Grüße, an: \"alle\" <&> 'hier' \\ $(x) "])
def test_a_person_comes_and_goes(stack: Stack, lab: Lab, password: str) -> None:
    name = "x.y_z-" + ("given" if password else "made")
    assert lets_in(stack, lab, name, password or "guess") == REFUSED
    if password:
        said = json.loads(stack.ok("add-user", name, "--password-stdin", "--json", feed=f"{password}\n"))
        assert "password" not in said
    else:
        said = stack.json("add-user", name)
        password = said.pop("password")
    assert said == {
        "schema": 1,
        "name": name,
        "sip": f"sip:{name}@falcot.com",
        "xmpp": f"{name}@falcot.com",
        "turn": {"username": name, "realm": "falcot.com"},
    }

    assert lets_in(stack, lab, name, f"{password}x") == REFUSED
    assert lets_in(stack, lab, name, password) == LET_IN

    stack.ok("remove-user", name, "--yes")
    assert lets_in(stack, lab, name, password) == REFUSED
