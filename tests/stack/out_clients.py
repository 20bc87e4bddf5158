"""Clients that stay until the server ends what they do, each in a process of its own at a client's place, and say when that was."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.stack.lab import Lab
from tests.stack.xmpp_client import CA, jid

TURN = Path(__file__).with_name("turn_client.py")
STAY = """
def stay(host, transport, mine, theirs, patience):
    # The other one over UDP: in one process, OpenSSL tells a lost connection to whichever object asks next.
    one = Client(host, 443, *mine, transport=transport, name=host)
    other = Client(host, 443, *theirs)
    assert (one.allocate(), other.allocate(), one.permit(other.relayed[0]), other.permit(one.relayed[0])) == (0, 0, 0, 0)
    say("ready")
    number, heard, silent, code = 0, 0, 0, 0
    while not code and silent < patience:
        number += 1
        time.sleep(0.1)
        try:
            one.send(other.relayed, b"%d" % number)
            code = one.refresh()
            silent = 0
        except TimeoutError:
            silent += 1
        except OSError:
            code = -1
        with contextlib.suppress(TimeoutError):
            heard += not code and other.receive()[1] != b""
    ended = time.time()
    more = [(other.refresh(), time.sleep(0.1)) for _ in range(10)]
    say({"at": ended, "how": "relayed" if heard > 5 else "too early", "others": sum(code for code, _ in more)})
"""


@dataclass(frozen=True)
class End:
    """When a client saw its end (seconds since 1970), how, and what else it noticed."""

    at: float
    how: str
    rest: dict[str, Any]


class Client:
    """A client in a process of its own. Ready when this returns; ended when the test ends."""

    def __init__(self, lab: Lab, argv: list[str], feed: str, *, client: str = "client", ready: bool = True) -> None:
        self.process = lab.spawn(argv, timeout=120, client=client)
        assert self.process.stdin is not None
        self.process.stdin.write(feed)
        self.process.stdin.flush()
        if ready:
            assert self.line() == "ready"

    def line(self) -> Any:  # noqa: ANN401 - whatever it says
        """Return what it says next, from JSON."""
        assert self.process.stdout is not None
        seen = ""
        while line := self.process.stdout.readline():
            seen += line
            if line.startswith(("{", "[", '"')):
                return json.loads(line)
        raise AssertionError(f"the client ended: {seen}")

    def next(self) -> None:
        """Let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> End:
        """Wait for its end and return it."""
        said = self.line()
        return End(said.pop("at"), said.pop("how"), said)

    def running(self, seconds: float) -> bool:
        """Return whether it runs, and goes on for so many seconds."""
        time.sleep(seconds)
        return self.process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate(timeout=10)


def stream(lab: Lab, kind: str, name: str, password: str) -> Client:
    """Given a way to XMPP (tests/stack/lab/scripts/xmpp_out.py), return somebody who is logged in that way."""
    argv = ["python3", "/lab/xmpp_out.py", kind, jid(name), "xmpp-gw.falcot.com", CA]
    return Client(lab, argv, f"{password}\n")


def relay(lab: Lab, server: str, transport: str, mine: tuple[str, str], theirs: tuple[str, str], *, patience: int = 3) -> Client:
    """Given a TURN server and two people's credentials, return one who relays to the other and refreshes all the time.

    After `patience` requests without an answer, each a second, it is over.
    """
    code = (
        f"{TURN.read_text()}\nimport contextlib, json, sys, time\n"
        "def say(value): sys.stdout.write(json.dumps(value) + '\\n'); sys.stdout.flush()\n"
        f"TIMEOUT = 1.0\n{STAY}\nstay({server!r}, {transport!r}, {mine!r}, {theirs!r}, {patience})\n"
    )
    lab.put("/lab/turn_out.py", code)
    return Client(lab, ["python3", "/lab/turn_out.py"], "")
