"""Out means out: whoever is disabled, removed or given another password is out of every protocol within five seconds.

Each client looks for itself and says when its end came; another person's clients of the same kinds must go on.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.stack.baresip import Baresip
from tests.stack.database import sql
from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.out_clients import Client, End, relay, stream
from tests.stack.sip_client import Phone
from tests.stack.sip_phones import Phones
from tests.stack.test_people_life import LET_IN, REFUSED, lets_in
from tests.stack.turn_server import CLIENT, ask
from tests.stack.xmpp_client import CA, client, jid

SOON, NOTICED = 5.0, 2.0
"""Seconds: that a command may take, which returns only when everything has ended; and until a client has noticed its end."""
TURN, EPHEMERAL = "turn-server.falcot.com", "turn-ephemeral.falcot.com"
LEFT = "SELECT COUNT(*) FROM rtcstack.endings"


@dataclass(frozen=True)
class Done:
    """A command that was run: when it began and when it returned, in seconds since 1970."""

    began: float
    returned: float

    @property
    def soon(self) -> bool:
        """Whether it took no longer than it may."""
        return self.returned - self.began < SOON

    def not_by_it(self, ends: Mapping[str, End]) -> dict[str, float]:
        """Return what ended before the command began or after it had returned, with the seconds since its begin."""
        span = self.returned + NOTICED - self.began
        return {kind: round(end.at - self.began, 2) for kind, end in ends.items() if not 0 < end.at - self.began < span}


def command(stack: Stack, *words: str, feed: str = "") -> Done:
    """Run the command, which must succeed and leave nothing to be ended."""
    began = time.time()
    stack.ok(*words, feed=feed)
    done = Done(began, time.time())
    assert sql(stack, LEFT) == [["0"]]
    return done


def short_lived(lab: Lab, name: str, password: str) -> tuple[str, str]:
    """Given a person, return what prosody hands out for TURN (XEP-0215)."""
    _, entries = client(lab, "xmpp_services", jid(name), CA, passwords=(password,))
    entry = next(entry for entry in entries if (entry["type"], entry["transport"]) == ("turn", "udp"))
    return str(entry["username"]), str(entry["password"])


def keeps(lab: Lab, credential: tuple[str, str]) -> bool:
    """Given a short-lived credential, return whether a relay that begins with it is still there after two seconds."""
    code = f"c = Client({EPHEMERAL!r}, 443, *{credential!r}, name={EPHEMERAL!r}); a = c.allocate(); time.sleep(2)"
    return bool(ask(lab, f"{code}\nprint(json.dumps(not a and not c.refresh()))"))


def line_ended(phone: Phone) -> float:
    """Wait until the server closes the connection, and return when."""
    for _ in range(100):
        if phone.line.messages.get(timeout=2 * SOON) is None:
            ended = time.time()
            phone.line.close()
            return ended
    raise AssertionError("the phone's connection is still open")


class Everything:
    """All that one person does at the same time; nothing of it ends by itself."""

    def __init__(self, stack: Stack, lab: Lab, after: ExitStack, name: str, friend: str) -> None:
        mine, theirs = stack.person(name), stack.person(friend)
        self.short = short_lived(lab, name, mine)
        others = short_lived(lab, friend, theirs)
        self.clients: dict[str, Client] = {}
        for kind in ("tls", "websocket", "bosh", "half"):
            self.clients[f"xmpp {kind}"] = after.enter_context(stream(lab, kind, name, mine))
        for transport in ("udp", "tls"):
            who = ((name, mine), (friend, theirs))
            self.clients[f"turn {transport}"] = after.enter_context(relay(lab, TURN, transport, *who))
        self.clients["turn short-lived"] = after.enter_context(relay(lab, EPHEMERAL, "udp", self.short, others))
        self.asleep = after.enter_context(stream(lab, "asleep", name, mine))
        self.phone = Phones(stack, lab, after)(name, number=7)

    def ends(self) -> dict[str, End]:
        """Wait for the end of everything."""
        found = {kind: one.end() for kind, one in self.clients.items()}
        return {**found, "sip line": End(line_ended(self.phone), "closed", {})}


@pytest.fixture
def after() -> Iterator[ExitStack]:
    """What the test opened, closed at its end."""
    with ExitStack() as found:
        yield found


@pytest.fixture
def laura(stack: Stack, lab: Lab, after: ExitStack) -> Iterator[None]:
    """Another person, who is on all the time and must notice nothing."""
    password = stack.person("laura")
    streams = [after.enter_context(stream(lab, kind, "laura", password)) for kind in ("tls", "websocket")]
    phone = Phones(stack, lab, after)("laura", number=8)
    yield
    assert [one.process.communicate()[0] for one in streams if not one.running(0)] == []
    assert phone.register().status == 200
    assert not phone.line.closed


@pytest.mark.usefixtures("laura")
def test_who_is_disabled_is_out_of_everything_and_comes_back_with_the_same_password(
    stack: Stack, lab: Lab, after: ExitStack
) -> None:
    name = "out.disabled"
    password = stack.person(name)
    everything = Everything(stack, lab, after, name, "laura")

    done = command(stack, "disable-user", name)
    ends = everything.ends()

    assert done.not_by_it(ends) == {}
    assert done.soon
    assert {kind: end.how for kind, end in ends.items() if kind.startswith("xmpp")} == {
        "xmpp tls": "not-authorized",
        "xmpp websocket": "not-authorized",
        "xmpp bosh": "closed",
        "xmpp half": "reset",
    }
    relays = [end for kind, end in ends.items() if kind.startswith("turn")]
    assert [(end.how, end.rest["others"]) for end in relays] == [("relayed", 0)] * 3
    assert lets_in(stack, lab, name, password) == REFUSED
    everything.asleep.next()
    assert everything.asleep.end().how == "account-disabled"
    # A short-lived credential is right by arithmetic alone: what begins with it is ended within a second.
    assert not keeps(lab, everything.short)

    command(stack, "enable-user", name)
    assert lets_in(stack, lab, name, password) == LET_IN
    assert keeps(lab, short_lived(lab, name, password))


@pytest.mark.parametrize("calls", [True, False], ids=["who calls", "who is called"])
def test_a_call_ends_for_both_sides_when_one_of_them_is_disabled(stack: Stack, lab: Lab, calls: bool) -> None:  # noqa: FBT001
    name = "out.caller" if calls else "out.called"
    password = stack.person(name)
    with (
        Baresip(lab, name, password) as here,
        Baresip(lab, "laura", stack.person("laura"), client="other", tone=660) as there,
    ):
        here.registered()
        there.registered()
        if calls:
            here.command("dial", "sip:laura@falcot.com")
        else:
            there.command("dial", f"sip:{name}@falcot.com")
        for phone in (here, there):
            assert phone.event("CALL_ESTABLISHED", "CALL_CLOSED")["type"] == "CALL_ESTABLISHED"
        time.sleep(1)
        command(stack, "disable-user", name)
        for phone in (here, there):
            phone.event("CALL_CLOSED", seconds=NOTICED)
        heard = there.heard()
        time.sleep(0.5)
        assert there.heard() == heard
        assert not lets_in(stack, lab, name, password)["sip"]
        command(stack, "enable-user", name)


@pytest.mark.usefixtures("laura")
def test_a_new_password_ends_what_the_old_one_began(stack: Stack, lab: Lab, after: ExitStack) -> None:
    name = "out.password"
    old = stack.person(name)
    everything = Everything(stack, lab, after, name, "laura")

    done = command(stack, "passwd", name, "--password-stdin", feed="another good one\n")
    ends = everything.ends()

    assert done.not_by_it(ends) == {}
    assert lets_in(stack, lab, name, old) == REFUSED
    assert lets_in(stack, lab, name, "another good one") == LET_IN
    everything.asleep.next()
    assert everything.asleep.end().how == "not-authorized"


@pytest.mark.usefixtures("laura")
def test_who_is_removed_is_gone_with_files_and_devices_and_the_name_can_be_given_again(
    stack: Stack, lab: Lab, after: ExitStack
) -> None:
    name = "out.removed"
    password = stack.person(name)
    status, file = client(lab, "xmpp_upload", jid(name), CA, "1000", passwords=(password,))
    assert (status, file["get"]) == (0, 200)
    everything = Everything(stack, lab, after, name, "laura")

    done = command(stack, "remove-user", name, "--yes")
    ends = everything.ends()

    assert done.not_by_it(ends) == {}
    assert lets_in(stack, lab, name, password) == REFUSED
    fetched = lab.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", CA, file["url"]])
    assert fetched.stdout in ("404", "410")
    assert sql(stack, f"SELECT COUNT(*) FROM prosody.prosody WHERE `user` = '{name}'") == [["0"]]  # noqa: S608 - typed here

    del stack.passwords[name]
    assert lets_in(stack, lab, name, stack.person(name)) == LET_IN


def test_while_a_server_is_paused_the_command_says_so_and_completes_when_typed_again(
    stack: Stack, lab: Lab, after: ExitStack
) -> None:
    name = "out.paused"
    password = stack.person(name)
    staying = after.enter_context(relay(lab, TURN, "tls", (name, password), ("laura", stack.person("laura")), patience=30))
    paused = stack.container("coturn")
    docker("pause", paused)
    try:
        began = time.monotonic()
        refused = stack.run("disable-user", name)
        assert time.monotonic() - began < 15
        assert refused.returncode == 1
        assert f"coturn (its container {paused} is paused)" in refused.stderr
        assert "Type `rtcstack up`" in refused.stderr
        assert sql(stack, LEFT) == [["1"]]
        others = lets_in(stack, lab, name, password)
        assert (others["sip"], others["xmpp"]) == (False, False)
    finally:
        docker("unpause", paused)

    assert staying.running(0)
    done = command(stack, "disable-user", name)
    assert done.not_by_it({"relay": staying.end()}) == {}
    assert lets_in(stack, lab, name, password) == REFUSED


def test_names_that_begin_alike_are_not_mistaken_for_each_other(stack: Stack, lab: Lab, after: ExitStack) -> None:
    names = ["out.x", "out.x1", "1out.x"]
    staying = [
        after.enter_context(relay(lab, TURN, "udp", (name, stack.person(name)), ("laura", stack.person("laura")))) for name in names
    ]

    command(stack, "disable-user", names[0])
    staying[0].end()

    assert all(one.running(1) for one in staying[1:])


def test_many_relays_of_one_person_end_together(stack: Stack, lab: Lab, after: ExitStack) -> None:
    name = "out.many"
    password = stack.person(name)
    code = (
        f"cs = [Client({TURN!r}, 443, {name!r}, {password!r}, name={TURN!r}) for _ in range(60)]\n"
        "codes = [c.allocate() for c in cs]\nassert not any(codes), codes\nprint(json.dumps('ready'), flush=True)\n"
        "sys.stdin.readline()\nprint(json.dumps([c.refresh() for c in cs]))"
    )
    lab.put("/lab/turn_many.py", f"{CLIENT.read_text()}\nimport json, sys\n{code}")
    many = after.enter_context(Client(lab, ["python3", "/lab/turn_many.py"], ""))

    command(stack, "disable-user", name)
    many.next()

    codes = many.line()
    assert len(codes) == 60
    assert 0 not in codes
