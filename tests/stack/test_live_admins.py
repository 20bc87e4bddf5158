"""Who administers XMPP changes with `admins` in the file and `up`: at once, on running streams, and nobody's stream is dropped."""

import json
import subprocess
from collections.abc import Iterator

import pytest

from tests.stack.database import sql
from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.xmpp_client import CA, jid

INVITE = "urn:xmpp:invite#create-account"


class Person:
    """Somebody who stays logged in and asks what they may do."""

    def __init__(self, stack: Stack, lab: Lab, name: str) -> None:
        self.program: subprocess.Popen[str] = lab.spawn(["python3", "/lab/xmpp_admin.py", jid(name), CA], timeout=400)
        assert self._say(stack.person(name)) == "ready"

    def _say(self, word: str) -> object:
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(f"{word}\n")
        self.program.stdin.flush()
        while line := self.program.stdout.readline():
            if line.startswith(("[", '"')) or line.strip().isdigit():
                return json.loads(line)
        raise AssertionError("the client ended")

    def administers(self) -> bool:
        """Whether the command that only administrators may run is offered and can be run; both must agree."""
        answer = self._say("ask")
        assert isinstance(answer, list)
        offered, allowed = answer
        assert (INVITE in offered) is allowed
        return bool(allowed)

    def lost(self) -> object:
        """Log out; return how often the stream was lost before."""
        lost = self._say("end")
        self.program.communicate(timeout=20)
        return lost


@pytest.fixture
def admins(stack: Stack) -> Iterator[object]:
    """Write other administrators into the file; in the end it is as before."""
    path = stack.directory / "rtcstack.toml"
    text = path.read_text()
    names = text.splitlines()[2]
    assert names == 'admins = ["roland"]'
    yield lambda *found: path.write_text(text.replace(names, f"admins = {json.dumps(found)}"))
    path.write_text(text)
    stack.ok("up", "--yes", seconds=300)


def contacts(stack: Stack, lab: Lab) -> str:
    """What the server tells everybody about its administrators (XEP-0157)."""
    code = (
        "import asyncio, sys\nsys.path.insert(0, '/lab')\nfrom xmpp import Person, passwords, run, say\n"
        "async def main():\n"
        f"    person = await Person('{jid('anna')}', {stack.person('anna')!r}, 'direct', '{CA}').login()\n"
        "    info = await person['xep_0030'].get_info(jid=person.boundjid.host, timeout=10)\n"
        "    say(str(info))\n    return 0\nrun(main)\n"
    )
    done = lab.run(["python3", "-"], input=code)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_administrators_change_under_running_streams(stack: Stack, lab: Lab, admins: object) -> None:
    assert callable(admins)
    inspected = ("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", stack.container("prosody"), stack.container("mariadb"))
    before = docker(*inspected)
    roland, anna = Person(stack, lab, "roland"), Person(stack, lab, "anna")
    assert (roland.administers(), anna.administers()) == (True, False)
    assert "xmpp:roland@falcot.com" in contacts(stack, lab)

    admins("anna")
    plan = stack.ok("plan")
    assert "reload prosody: admins changed\n" in plan
    assert "reload mariadb: upkeep-coturn.sql changed\n" in plan
    assert "(!)" not in plan
    stack.ok("up", seconds=300)

    assert (roland.administers(), anna.administers()) == (False, True)
    assert sql(stack, "SELECT name FROM coturn.admin_user") == [["anna"]]
    shown = contacts(stack, lab)
    assert ("xmpp:roland@falcot.com" in shown, "xmpp:anna@falcot.com" in shown) == (False, True)
    assert (roland.lost(), anna.lost()) == (0, 0)
    newcomer = Person(stack, lab, "roland")
    assert not newcomer.administers()
    assert newcomer.lost() == 0

    admins()
    stack.ok("up", seconds=300)
    assert sql(stack, "SELECT name FROM coturn.admin_user") == []
    nobody = Person(stack, lab, "anna")
    assert not nobody.administers()
    assert nobody.lost() == 0
    assert docker(*inspected) == before
    assert stack.ok("plan") == "Nothing to do.\n"
