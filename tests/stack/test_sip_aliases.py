"""Numbers and further names: whoever dials one reaches the person, at once, and also while the database is away."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.stack.baresip import Baresip
from tests.stack.database import answers, sql, until
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.lab import docker as engine
from tests.stack.sip_client import Call, Phone
from tests.stack.sip_phones import Phones, accept
from tests.stack.sound import LOUD
from tests.stack.test_kamailio_outage import asking_again
from tests.stack.test_recovery import wait_healthy

PASSWORD = "ring the right one"
LAURA, MIA = "ali-laura", "ali-mia"


@pytest.fixture(scope="module", autouse=True)
def people(stack: Stack) -> Iterator[None]:
    """Two people, one of them with numbers; everything is gone afterwards."""
    for name, numbers in ((LAURA, ("8001", "+49301234", "*97", "ali-sales")), (MIA, ())):
        aliases = [word for number in numbers for word in ("--alias", number)]
        stack.ok("add-user", name, "--password-stdin", *aliases, feed=f"{PASSWORD}\n")
        stack.passwords[name] = PASSWORD
    yield
    until(stack, answers)
    for name in (LAURA, MIA):
        stack.ok("remove-user", name, "--yes")
        del stack.passwords[name]


@pytest.fixture
def phones(stack: Stack, lab: Lab) -> Iterator[Phones]:
    with ExitStack() as after:
        yield Phones(stack, lab, after)


def rings(caller: Phone, called: Phone, user: str, domain: str = "falcot.com") -> int:
    """Given a user part, call it; refuse with 486 where it rings, and return the final status."""
    call = Call(caller, f"sip:{user}@{domain}")
    call.invite()
    for message in called.answers(1.5):
        if message.first.startswith("INVITE "):
            called.reply(message, "486 Busy Here")
            break
    return call.final().status


@pytest.mark.parametrize(
    "user", ["8002", "800", "80011", "+49301235", "49301234", "97", "*98", "ali-sale", "8001%00", "8001%2ea", "8001;ext=1", "8001'"]
)
def test_an_unknown_number_is_refused(phones: Phones, user: str) -> None:
    roland, laura = phones("roland"), phones(LAURA, client="other")

    assert rings(roland, laura, user) == 404


@pytest.mark.parametrize("domain", ["falcot.com", "sip.falcot.com"])
@pytest.mark.parametrize(
    "user",
    [
        "8001",
        "+49301234",
        "*97",
        "ali-sales",
        "%38001",
        "%38%30%30%31",
        "%2B49301234",
        "%2a97",
        "+49-30-(12)34",
        "80.01",
        "ali-laur%61",
    ],
)
def test_a_number_reaches_the_person_however_it_is_written(phones: Phones, user: str, domain: str) -> None:
    roland, laura = phones("roland"), phones(LAURA, client="other")

    assert rings(roland, laura, user, domain) == 486


def test_all_phones_ring_and_one_takes_the_call(phones: Phones) -> None:
    roland = phones("roland")
    desk, pocket = phones(LAURA, client="other", number=11), phones(LAURA, client="other", number=12)
    call = Call(roland, "sip:8001@falcot.com")
    call.invite()
    ringing = desk.await_request("INVITE")
    desk.reply(ringing, "180 Ringing", desk.contact)
    accept(pocket)
    desk.reply(desk.await_request("CANCEL"), "200 OK")
    desk.reply(ringing, "487 Request Terminated")

    assert call.final().status == 200
    call.bye()
    pocket.reply(pocket.await_request("BYE"), "200 OK")
    assert roland.final("BYE").status == 200


def test_a_message_reaches_all_phones(phones: Phones) -> None:
    roland, laura = phones("roland"), phones(LAURA, client="other")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(roland.ask, "MESSAGE", "sip:8001@falcot.com", "Content-Type: text/plain", body="hello")
        message = laura.await_request("MESSAGE")
        laura.reply(message, "200 OK")

        assert message.body == "hello"
        assert asked.result(10).status == 200


def test_softphones_that_we_did_not_write_talk_through_a_number(stack: Stack, lab: Lab) -> None:
    roland = stack.person("roland")
    with Baresip(lab, "roland", roland) as here, Baresip(lab, LAURA, PASSWORD, client="other", tone=660) as there:
        here.registered()
        there.registered()
        here.command("dial", "sip:8001@falcot.com")
        for phone in (here, there):
            assert phone.event("CALL_ESTABLISHED", "CALL_CLOSED")["type"] == "CALL_ESTABLISHED"
        time.sleep(2)
        there.command("hangup")
        here.event("CALL_CLOSED")

        assert here.loudness() > LOUD
        assert there.loudness() > LOUD


def test_nobody_logs_in_with_a_number(phones: Phones) -> None:
    for name, username in (("8001", ""), ("8001", "8001@falcot.com"), ("8001", LAURA), (LAURA, "8001")):
        phone = phones.bare(LAURA)
        phone.name, phone.username = name, username
        assert phone.register().status in (401, 403), (name, username)


def test_nobody_calls_under_a_number_not_even_its_owner(phones: Phones) -> None:
    laura = phones(LAURA)
    call = laura.ask("MESSAGE", "sip:roland@falcot.com", "Content-Type: text/plain", body="x", sender="sip:8001@falcot.com")

    assert call.status == 403


def test_a_number_moves_to_another_person_at_once(stack: Stack, phones: Phones) -> None:
    roland, laura, mia = phones("roland"), phones(LAURA, client="other"), phones(MIA, client="other")
    stack.ok("alias-user", LAURA, "--add", "8005")
    assert rings(roland, laura, "8005") == 486

    stack.ok("alias-user", LAURA, "--remove", "8005")
    assert rings(roland, laura, "8005") == 404
    stack.ok("alias-user", MIA, "--add", "8005")

    assert rings(roland, mia, "8005") == 486
    assert laura.silent("INVITE", 1)


def test_who_is_suspended_is_not_reached_by_number_either(stack: Stack, phones: Phones) -> None:
    roland, laura = phones("roland"), phones(LAURA, client="other")
    stack.ok("disable-user", LAURA)
    try:
        assert rings(roland, laura, "8001") == 404
    finally:
        stack.ok("enable-user", LAURA)
    again = phones(LAURA, client="other")

    assert rings(roland, again, "8001") == 486


def test_an_alias_that_other_tools_made_leads_to_people_alone(stack: Stack, phones: Phones) -> None:
    roland, laura = phones("roland"), phones(LAURA, client="other")
    sql(stack, "INSERT INTO kamailio.aliases VALUES ('8091', '8001'), ('8092', 'ali-nobody'), ('8093', '8093')")
    try:
        assert [rings(roland, laura, number) for number in ("8091", "8092", "8093")] == [404, 404, 404]
    finally:
        sql(stack, "DELETE FROM kamailio.aliases WHERE alias IN ('8091', '8092', '8093')")


def test_numbers_lead_to_people_while_the_database_is_away(stack: Stack, phones: Phones) -> None:
    stack.ok("alias-user", LAURA, "--add", "8006")
    roland, laura = phones("roland"), phones(LAURA, client="other")
    assert rings(roland, laura, "8006") == 486
    engine("stop", "--time", "30", stack.container("mariadb"), seconds=90)
    try:
        asking_again(phones, time.monotonic() + 25)
        begun = time.monotonic()
        found = [rings(roland, laura, user) for user in ("8006", "%38006", "+49301234", "8007", "ali-nobody")]
        seconds = time.monotonic() - begun
    finally:
        engine("start", stack.container("mariadb"), seconds=90)
        until(stack, answers, 60)
        wait_healthy(stack, 60)

    assert found == [486, 486, 486, 404, 404]
    assert seconds < 8
