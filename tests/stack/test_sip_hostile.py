"""User parts that want to be SQL, headers, variables of the configuration, or too much: refused, and nothing else happens."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.stack.database import answers, sql, until
from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker
from tests.stack.sip_client import SDP, Call, Message, Phone
from tests.stack.sip_phones import Phones

REFUSED = [
    "' OR '1'='1".replace(" ", "%20"), "8001'--", "8001%27%20OR%201=1", "8001%22", "8001%5C%27",
    "x'||(select(ha1)from(subscriber))||'",
    "laura%0d%0aVia:x", "8" * 65, "8" * 2000, "%38" * 3000, "$rU", "$(var(callee))", "$shv(database)", "{s.len}", "$var(person)",
    "%24rU", "$sht(ha1=>laura%40falcot.com)", "8001\x00", "laura\x00x", "%00laura", "laura%00", "lau%ra", "laura%", "laura%2",
    "%c0%af",
    "%F0%9F%98%80", "\U0001f600", "\u017f", "roland%40falcot.com", "8001;drop", "8001;x=y", "&amp;", "../../etc/passwd", "`id`",
    "$(id)", "|id", "%25%33%38", "*", "+", "-", "_", ".", "--", "()", "LAURA%",
]  # fmt: skip
MALFORMED = [
    "roland@falcot.com@falcot.com", "$sht(ha1=>laura@falcot.com)", "", ":pw", "laura laura", "laura\r\nX-Evil: 1", "a" * 60000,
]  # fmt: skip


@pytest.fixture
def phones(stack: Stack, lab: Lab) -> Iterator[Phones]:
    stack.person("laura")
    with ExitStack() as after:
        yield Phones(stack, lab, after)


def ask(phones: Phones, method: str, user: str) -> Message:
    """Given a method and a user part, ask for it as roland, on a line of its own, and return the final answer."""
    phone = phones.bare("roland", number=71)
    kind = ("Content-Type: text/plain",) if method == "MESSAGE" else (phone.contact, "Content-Type: application/sdp")
    body = "hi" if method == "MESSAGE" else SDP
    try:
        return phone.ask(method, f"sip:{user}@falcot.com", *kind, body=body, to="sip:somebody@falcot.com")
    finally:
        phone.line.close()


def lives(stack: Stack) -> tuple[str, str]:
    """Return since when the server runs, and how often it was restarted."""
    since, count = docker("inspect", "-f", "{{.State.StartedAt}} {{.RestartCount}}", stack.container("kamailio")).split()
    return since, count


@pytest.mark.parametrize("method", ["INVITE", "MESSAGE"])
def test_what_is_no_name_is_not_found(stack: Stack, phones: Phones, method: str) -> None:
    laura: Phone = phones("laura", client="other")
    before, tables = lives(stack), sql(stack, "CHECKSUM TABLE kamailio.subscriber, kamailio.aliases")

    found = {user: ask(phones, method, user).status for user in REFUSED}

    assert found == dict.fromkeys(REFUSED, 404)
    assert laura.silent(method, 1)
    assert lives(stack) == before
    assert sql(stack, "CHECKSUM TABLE kamailio.subscriber, kamailio.aliases") == tables


def test_what_is_no_request_gets_400_or_nothing(stack: Stack, phones: Phones) -> None:
    laura = phones("laura", client="other")
    before = lives(stack)

    for user in MALFORMED:
        phone = phones.bare("roland", number=72)
        text = phone.request(
            "MESSAGE", f"sip:{user}@falcot.com", "Content-Type: text/plain", body="hi", to="sip:somebody@falcot.com"
        )
        try:
            phone.line.send(text)
            answer = phone.line.receive(2)
        except BrokenPipeError:
            answer = None
        phone.line.close()
        assert answer is None or answer.status == 400, user[:40]

    assert lives(stack) == before
    call = Call(phones("roland"), "sip:laura@falcot.com")
    call.invite()
    laura.reply(laura.await_request("INVITE"), "486 Busy Here")
    assert call.final().status == 486


def test_the_log_of_all_that_holds_no_secret(stack: Stack, phones: Phones) -> None:
    for user in REFUSED[:12]:
        ask(phones, "MESSAGE", user)
    docker("stop", "--time", "30", stack.container("mariadb"), seconds=90)
    try:
        phone = phones.bare("roland", number=73)
        phone.line.send(phone.request("MESSAGE", "sip:8001'@falcot.com", "Content-Type: text/plain", body="hi"))
        phone.line.receive(10)
    finally:
        docker("start", stack.container("mariadb"), seconds=90)
        until(stack, answers, 60)
    done = subprocess.run(["docker", "logs", stack.container("kamailio")], capture_output=True, text=True, timeout=60, check=True)
    kept = {row[0] for row in sql(stack, "SELECT ha1 FROM kamailio.subscriber UNION SELECT ha1b FROM kamailio.subscriber")}
    made = [path for path in (stack.directory / "secrets").iterdir() if path.suffix == "" and path.is_file()]
    secrets = {word for path in made for word in path.read_text().split()}

    assert len(kept) > 3
    assert len(secrets) > 3
    for secret in kept | secrets | set(stack.passwords.values()):
        assert secret not in done.stdout + done.stderr
