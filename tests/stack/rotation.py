"""What tests of `rotate-secrets` look at: a stack's secrets, who keeps a relay, and who is handed out credentials meanwhile."""

import base64
import hashlib
import hmac
import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.turn_server import CLIENT, ask
from tests.stack.xmpp_client import CA, jid

SHARED = "turn-ephemeral"
TURN = "turn-ephemeral.falcot.com"
TRIES = """
result = []
for user, password in {people}:
    client = Client({name!r}, 443, user, password)
    result.append(client.allocate())
print(json.dumps(result))
"""


def secret(stack: Stack, name: str = SHARED) -> str:
    """Given a secret's name, return the value in use."""
    return (stack.directory / "secrets" / name).read_text().strip()


def state(stack: Stack, name: str = SHARED) -> Path:
    """Given a secret's name, return the file with the state of its replacement."""
    return stack.directory / "secrets" / f"{name}.rotation"


def age(stack: Stack, seconds: float) -> None:
    """Given seconds, let the replacement of the shared secret have ended that much earlier."""
    path = state(stack)
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "since": data["since"] - seconds}))


def made_with(user: str, password: str, *values: str) -> str:
    """Given a short-lived credential and secrets, return the one that it was made with, "" for none of them."""
    return next(
        (v for v in values if base64.b64encode(hmac.new(v.encode(), user.encode(), hashlib.sha1).digest()).decode() == password), ""
    )


def allocations(lab: Lab, *credentials: tuple[str, str]) -> list[int]:
    """Given short-lived credentials, return how the TURN server answers each: 0, or an error code."""
    answers: list[int] = ask(lab, TRIES.format(people=[list(pair) for pair in credentials], name=TURN))
    return answers


class Watching:
    """A program in the lab that goes on while a test changes something, until it is asked for what it saw."""

    def __init__(self, lab: Lab, argv: list[str], password: str) -> None:
        lab.put("/lab/turn_client.py", CLIENT.read_text())
        self._program: subprocess.Popen[str] = lab.spawn(argv, timeout=900)
        assert self._program.stdin is not None
        self._program.stdin.write(f"{password}\n")
        self._program.stdin.flush()
        self._until("ready")

    @classmethod
    def relay(cls, lab: Lab, user: str, password: str) -> Self:
        """Given a credential, keep a relay; it ends with [answer to the allocation, [answers to refreshes]]."""
        return cls(lab, ["python3", "/lab/turn_stay.py", TURN, "443", user], password)

    @classmethod
    def person(cls, stack: Stack, lab: Lab, name: str) -> Self:
        """Given a person, get credentials and relays all the time; it ends with what lab/scripts/xmpp_relay.py prints."""
        return cls(lab, ["python3", "/lab/xmpp_relay.py", jid(name), CA], stack.person(name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._program.kill()
        self._program.communicate(timeout=10)

    def _until(self, word: str) -> str:
        assert self._program.stdout is not None
        said = ""
        for line in self._program.stdout:
            said += line
            if line.strip().strip('"').startswith(word):
                return line
        raise AssertionError(f"the client ended:\n{said}")

    def end(self) -> Any:  # noqa: ANN401 - whatever it saw
        """Let it end, and return what it saw."""
        assert self._program.stdin is not None
        self._program.stdin.write("end\n")
        self._program.stdin.flush()
        assert self._program.stdout is not None
        said = ""
        for line in self._program.stdout:
            said += line
            if line.startswith(("[", "{")):
                return json.loads(line)
        raise AssertionError(f"the client ended:\n{said}")
