"""The database stops for twenty seconds: calls go on, known people register, and all is written when it is back."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.stack.database import answers, until
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.sip_client import Call, Phone, digest
from tests.stack.sip_phones import Phones, accept

OUTAGE = 20.0
BACK = 10.0
WAIT = 7.0
"""Seconds."""


def contacts(stack: Stack) -> str:
    """Return the contacts that the database holds."""
    return stack.exec("mariadb", ["mariadb", "-Ne", "SELECT username, contact FROM kamailio.location"]).stdout


def docker(*words: str) -> None:
    """Given a docker command, run it."""
    subprocess.run(["docker", *words], capture_output=True, timeout=90, check=True)


@pytest.fixture
def phones(stack: Stack, lab: Lab) -> Iterator[Phones]:
    with ExitStack() as after:
        yield Phones(stack, lab, after)


def asking_again(phones: Phones, deadline: float) -> Phone:
    """Given a deadline, return a phone that could register before it. Raise AssertionError if none could."""
    while True:
        phone = phones.bare("roland", number=21)
        try:
            assert phone.register().status == 200
        except AssertionError:
            phone.line.close()
            assert time.monotonic() < deadline
        else:
            return phone


def test_an_outage_of_the_database(stack: Stack, phones: Phones) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    running = Call(roland, "sip:laura@falcot.com")
    running.invite()
    accept(laura)
    assert running.final().status == 200

    docker("stop", "--time", "30", stack.container("mariadb"))
    stopped = time.monotonic()
    try:
        # The first to come may find a worker waiting for the dead connection, and asks again, as phones do.
        first = asking_again(phones, stopped + 20)

        slowest = 0.0
        for number in range(30, 42):
            begun = time.monotonic()
            phone = phones.bare("roland" if number % 2 else "laura", number=number)
            answer = phone.register()
            assert answer.status == 200
            slowest = max(slowest, time.monotonic() - begun)
            assert "expires=90" in answer.header("Contact")
            phone.line.close()
        assert slowest < 1.5

        wrong = phones.bare("roland", number=50)
        right, wrong.password = wrong.password, "wrong"
        begun = time.monotonic()
        assert wrong.register().status in (401, 403)
        assert time.monotonic() - begun < 1.5
        wrong.password = right

        # A call made before, and one made now.
        running.bye()
        laura.reply(laura.await_request("BYE"), "200 OK")
        assert roland.final("BYE").status == 200
        time.sleep(max(0.0, OUTAGE - (time.monotonic() - stopped)))
    finally:
        docker("start", stack.container("mariadb"))
    back = time.monotonic()
    while True:
        late = phones.bare("laura", client="other", number=60)
        answer = late.register()
        if "sip:laura@192.0.2.99:60" in contacts(stack):
            break
        late.line.close()
        assert time.monotonic() - back < BACK
        time.sleep(0.5)
    assert answer.status == 200
    # Who registered during the outage is asked to come again within ninety seconds, and is then written.
    assert first.register().status == 200
    assert "sip:roland@192.0.2.99:21" in contacts(stack)
    assert first.register(0).status == 200
    assert "sip:roland@192.0.2.99:21" not in contacts(stack)


@pytest.mark.parametrize(("harm", "heal"), [("kill", "start"), ("pause", "unpause")])
def test_what_runs_hardly_waits_for_those_who_find_the_database_gone(stack: Stack, phones: Phones, harm: str, heal: str) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    running = Call(roland, "sip:laura@falcot.com")
    running.invite()
    accept(laura)
    assert running.final().status == 200
    many = [phones.bare("roland" if number % 2 else "laura", number=number) for number in range(30, 36)]
    proofs = []
    for phone in many:
        phone.line.send(phone.request("REGISTER", "sip:falcot.com", phone.contact, to=f"sip:{phone.name}@falcot.com"))
        challenge = phone.final("REGISTER").header("WWW-Authenticate")
        proofs.append(digest(challenge, "REGISTER", "sip:falcot.com", phone.name, phone.password))

    docker(harm, stack.container("mariadb"))
    try:
        # More of them than the server has workers.
        begun = time.monotonic()
        for phone, proof in zip(many, proofs, strict=True):
            text = phone.request(
                "REGISTER", "sip:falcot.com", phone.contact, f"Authorization: {proof}", to=f"sip:{phone.name}@falcot.com"
            )
            phone.line.send(text)
        running.bye()
        laura.reply(laura.await_request("BYE"), "200 OK")
        assert roland.final("BYE").status == 200
        ended = time.monotonic() - begun
        assert [phone.final("REGISTER").status for phone in many] == [200] * len(many)
        registered = time.monotonic() - begun
    finally:
        docker(heal, stack.container("mariadb"))
        until(stack, answers, 60)

    assert ended < WAIT
    assert registered < WAIT


@pytest.mark.parametrize(("harm", "heal"), [("kill", "start"), ("pause", "unpause")])
def test_phones_that_go_meanwhile_hold_nobody_up(stack: Stack, phones: Phones, harm: str, heal: str) -> None:
    roland = phones("roland")
    gone = [phones.bare("roland", number=number) for number in range(40, 44)]
    for phone in gone:
        assert phone.register(60).status == 200
    slowest = 0.0

    docker(harm, stack.container("mariadb"))
    try:
        for phone in gone:
            phone.line.close()
        # The server looks for lost connections every ten seconds, and keeps the person's other phones from changing then.
        ending = time.monotonic() + OUTAGE
        while time.monotonic() < ending:
            begun = time.monotonic()
            assert roland.register().status == 200
            slowest = max(slowest, time.monotonic() - begun)
            time.sleep(0.5)
    finally:
        docker(heal, stack.container("mariadb"))
        until(stack, answers, 60)

    # What could not be deleted meanwhile would come back when the server starts again within its time.
    stack.exec("mariadb", ["mariadb", "-e", "DELETE FROM kamailio.location WHERE contact LIKE '%192.0.2.99:4%'"])
    assert slowest < WAIT
    asking_again(phones, time.monotonic() + BACK)
    assert not re.search("192.0.2.99:4[0-3]", stack.exec("kamailio", ["kamcmd", "ul.dump"]).stdout)


def test_it_starts_by_itself_when_the_database_comes_late(stack: Stack) -> None:
    docker("stop", "--time", "30", stack.container("mariadb"))
    try:
        docker("restart", "--time", "5", stack.container("kamailio"))
        time.sleep(3)
    finally:
        docker("start", stack.container("mariadb"))
    begun = time.monotonic()
    check = next(c.healthcheck for c in stack.plan.service("kamailio").containers if c.healthcheck is not None)
    while stack.exec("kamailio", list(check.command)).returncode:
        assert time.monotonic() - begun < BACK
        time.sleep(0.2)
