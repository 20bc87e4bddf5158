"""Calls between two people, message by message: who rings, who stops ringing, and how a call ends."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.sip_client import Call, routes, target
from tests.stack.sip_phones import Phones, accept


@pytest.fixture
def phones(stack: Stack, lab: Lab) -> Iterator[Phones]:
    with ExitStack() as after:
        yield Phones(stack, lab, after)


def test_the_caller_calls_and_hangs_up(phones: Phones) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    call = Call(roland, "sip:laura@falcot.com")
    call.invite()
    accept(laura)
    assert call.final().status == 200
    laura.await_request("ACK")

    call.bye()
    laura.reply(laura.await_request("BYE"), "200 OK")

    assert roland.final("BYE").status == 200


def test_the_person_called_hangs_up(phones: Phones) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    call = Call(roland, "sip:laura@falcot.com")
    call.invite()
    invite = accept(laura)
    assert call.final().status == 200
    laura.await_request("ACK")

    bye = laura.request("BYE", target(invite), *routes(invite), to=invite.header("From"), call=invite.header("Call-ID"))
    laura.line.send(re.sub(r"From: [^\r]*", f"From: {invite.header('To')};tag={laura.tag}", bye))
    roland.reply(roland.await_request("BYE"), "200 OK")

    assert laura.final("BYE").status == 200


def test_an_alias_is_the_same_person(phones: Phones) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    call = Call(roland, "sip:laura@sip.falcot.com")
    call.invite()
    laura.reply(laura.await_request("INVITE"), "486 Busy Here")

    assert call.final().status == 486


def test_all_phones_ring_and_the_others_stop_when_one_answers(phones: Phones) -> None:
    roland = phones("roland")
    desk, pocket = phones("laura", client="other", number=11), phones("laura", client="other", number=12)
    call = Call(roland, "sip:laura@falcot.com")
    call.invite()
    ringing = desk.await_request("INVITE")
    desk.reply(ringing, "180 Ringing", desk.contact)
    accept(pocket)

    cancel = desk.await_request("CANCEL")
    desk.reply(cancel, "200 OK")
    desk.reply(ringing, "487 Request Terminated")

    assert call.final().status == 200
    desk.await_request("ACK")
    call.bye()
    pocket.reply(pocket.await_request("BYE"), "200 OK")
    assert roland.final("BYE").status == 200


def test_phones_of_less_preference_ring_only_when_the_others_refuse(phones: Phones) -> None:
    roland = phones("roland")
    first = phones("laura", client="other", number=11, q="0.9")
    second = phones("laura", client="other", number=12, q="0.2")
    call = Call(roland, "sip:laura@falcot.com")
    call.invite()
    invite = first.await_request("INVITE")
    assert second.silent("INVITE", 1)
    first.reply(invite, "486 Busy Here")
    accept(second)

    assert call.final().status == 200
    call.bye()
    second.reply(second.await_request("BYE"), "200 OK")


def test_no_for_all_is_no_for_all(phones: Phones) -> None:
    roland = phones("roland")
    first = phones("laura", client="other", number=11, q="0.9")
    second = phones("laura", client="other", number=12, q="0.2")
    call = Call(roland, "sip:laura@falcot.com")
    call.invite()
    first.reply(first.await_request("INVITE"), "603 Decline")

    assert call.final().status == 603
    assert second.silent("INVITE", 1)


def test_a_call_taken_back_stops_the_ringing(phones: Phones) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    call = Call(roland, "sip:laura@falcot.com")
    call.invite()
    invite = laura.await_request("INVITE")
    laura.reply(invite, "180 Ringing", laura.contact)

    call.cancel()
    laura.reply(laura.await_request("CANCEL"), "200 OK")
    laura.reply(invite, "487 Request Terminated")

    assert roland.final("CANCEL").status == 200
    assert call.final().status == 487


def test_a_phone_that_is_gone_is_not_waited_for(phones: Phones) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    laura.line.close()
    call = Call(roland, "sip:laura@falcot.com")
    call.invite()

    assert call.final(5).status == 480


def test_people_who_are_away_and_people_who_are_not(phones: Phones, stack: Stack) -> None:
    stack.person("mia")
    roland = phones("roland")
    for name, status in (("mia", 480), ("nobody", 404)):
        call = Call(roland, f"sip:{name}@falcot.com")
        call.invite()
        assert call.final().status == status
