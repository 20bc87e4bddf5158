"""How tests run the XMPP clients of the lab: by JID, password and CA, with the printed zone as their only way to the server."""

import json
from types import TracebackType
from typing import Any, Self

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


class Staying:
    """Somebody who stays logged in while a test does things to the server."""

    def __init__(self, lab: Lab, name: str, password: str) -> None:
        self._program = lab.spawn(["python3", "/lab/xmpp_stay.py", jid(name), CA], timeout=180)
        assert self._ask(password) == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._program.kill()
        self._program.communicate(timeout=10)

    def _ask(self, word: str) -> Any:  # noqa: ANN401 - whatever it answers
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(f"{word}\n")
        self._program.stdin.flush()
        while line := self._program.stdout.readline():
            if line.startswith(('"', "-")) or line.strip().isdigit():
                return json.loads(line)
        raise AssertionError("the client ended")

    def say(self) -> int:
        """Write oneself a message; return the milliseconds until it came back through the server, -1 if it did not."""
        return int(self._ask("say"))

    def lost(self) -> int:
        """Log out; return how often the stream was lost before."""
        return int(self._ask("end"))
