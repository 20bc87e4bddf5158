"""Nobody's relay: who may register, who may call whom, and what of a request is believed."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.sip_client import Call, Phone, digest, target
from tests.stack.sip_phones import Phones, accept

ROUTE = "Route: <sip:sip-proxy.falcot.com:443;transport=tls;lr>"


@pytest.fixture
def phones(stack: Stack, lab: Lab) -> Iterator[Phones]:
    with ExitStack() as after:
        yield Phones(stack, lab, after)


def test_a_wrong_password_is_refused_and_then_the_right_one_accepted(phones: Phones) -> None:
    phone = phones.bare("roland")
    right, phone.password = phone.password, "wrong"
    assert phone.register().status in (401, 403)
    assert phone.register().status == 403

    phone.password, phone.call = right, "another"
    assert phone.register().status == 200
    assert phone.register(0).status == 200


def test_an_unknown_person_hears_the_same_as_a_known_one(phones: Phones) -> None:
    known, unknown = phones.bare("roland"), phones.bare("roland")
    known.password = "wrong"
    unknown.name = "nobody"

    assert known.register().first == unknown.register().first


@pytest.mark.parametrize("domain", ["falcot.com", "sip.falcot.com"])
@pytest.mark.parametrize("username", ["roland", "roland@falcot.com", "roland@sip.falcot.com"])
def test_every_form_of_the_name_logs_in(phones: Phones, domain: str, username: str) -> None:
    phone = phones.bare("roland")
    phone.domain, phone.username = domain, username

    assert phone.register().status == 200
    assert phone.register(0).status == 200


@pytest.mark.parametrize("domain", ["example.org", "falcot.com.example.org"])
def test_a_foreign_domain_is_not_registered(phones: Phones, domain: str) -> None:
    phone = phones.bare("roland")
    phone.domain = domain

    assert phone.register().status == 404


def test_nobody_registers_as_somebody_else(phones: Phones, stack: Stack) -> None:
    stack.person("laura")
    phone = phones.bare("roland")
    phone.username, phone.name = "roland", "laura"

    assert phone.register().status == 403


def test_a_second_header_does_not_lend_another_name(phones: Phones, stack: Stack) -> None:
    # What is proved and what is believed must be the same header.
    stack.person("laura")
    phone = phones.bare("roland")
    phone.name = "laura"
    aor = "sip:laura@falcot.com"
    phone.line.send(phone.request("REGISTER", "sip:falcot.com", phone.contact, to=aor))
    challenge = phone.final("REGISTER").header("WWW-Authenticate")
    proof = digest(challenge, "REGISTER", "sip:falcot.com", "roland", phone.password)
    decoy = digest(challenge, "REGISTER", "sip:falcot.com", "laura", "unknown")

    for extra in ((f"Proxy-Authorization: {decoy}",), (f"Authorization: {decoy}",)):
        for headers in ((*extra, f"Authorization: {proof}"), (f"Authorization: {proof}", *extra)):
            phone.line.send(phone.request("REGISTER", "sip:falcot.com", *headers, phone.contact, to=aor))
            assert phone.final("REGISTER").status in (400, 401, 403)


@pytest.mark.parametrize(
    ("sender", "uri", "statuses"),
    [
        ("sip:roland@falcot.com", "sip:laura@falcot.com", (407,)),
        ("sip:roland@sip.falcot.com", "sip:laura@falcot.com", (407,)),
        ("sip:roland@falcot.com", "sip:bob@example.org", (403, 407)),
        ("sip:eve@example.net", "sip:bob@example.org", (403,)),
        ("sip:eve@example.net", "sip:laura@falcot.com", (403,)),
        ("sip:eve@example.net", "sip:bob@198.51.100.200:5060;transport=udp", (403,)),
    ],
)
@pytest.mark.parametrize("method", ["INVITE", "MESSAGE", "SUBSCRIBE", "OPTIONS"])
def test_without_a_login_nothing_is_relayed(phones: Phones, method: str, sender: str, uri: str, statuses: tuple[int, ...]) -> None:
    phone = phones.bare("roland")
    phone.line.send(phone.request(method, uri, phone.contact, sender=sender))

    assert phone.final(method).status in statuses


def test_the_person_is_who_logged_in(phones: Phones, stack: Stack) -> None:
    stack.person("laura")
    phone = phones("roland")
    phone.username = "roland"

    answer = phone.ask("INVITE", "sip:laura@falcot.com", phone.contact, sender="sip:laura@falcot.com")

    assert answer.status == 403


def test_who_is_removed_cannot_log_in_and_is_soon_unknown(phones: Phones, stack: Stack) -> None:
    tom, roland = phones.bare("tom", client="other"), phones("roland")
    again = phones.bare("tom", client="other")
    assert tom.register().status == 200
    stack.ok("remove-user", "tom", "--yes")
    del stack.passwords["tom"]

    # Tom's own connection ended with the registration.
    assert again.register().status in (401, 403)
    for _ in range(12):
        call = Call(roland, "sip:tom@falcot.com")
        call.invite()
        if call.final().status == 404:
            break
        time.sleep(1)
    assert call.answer is not None
    assert call.answer.status == 404


def test_other_domains_are_not_called(phones: Phones) -> None:
    phone = phones("roland")

    assert phone.ask("INVITE", "sip:bob@example.org", phone.contact).status == 403
    assert phone.ask("INVITE", "sip:bob@198.51.100.200", phone.contact, ROUTE).status == 403


@pytest.mark.parametrize(
    "route",
    [
        ROUTE,
        "Route: <sip:{address}:443;transport=tls;lr;key=0123456789abcdef0123456789abcdef>",
        "Route: <sip:{address}:443;transport=tls;lr>, <sip:198.51.100.200;lr>",
        "Route: <sip:198.51.100.200;lr>",
    ],
)
def test_a_made_up_dialog_is_not_routed(phones: Phones, stack: Stack, route: str) -> None:
    phone = phones.bare("roland")
    header = route.format(address=stack.address("kamailio"))

    for method in ("BYE", "INVITE", "MESSAGE"):
        phone.line.send(phone.request(method, "sip:bob@example.org", header, to="<sip:bob@example.org>;tag=made-up"))
        assert phone.final(method).status in (403, 481)


def test_a_route_of_one_call_opens_no_other(phones: Phones) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    call = Call(roland, "sip:laura@falcot.com")
    call.invite()
    accept(laura)
    answer = call.final()
    recorded = f"Route: {answer.header('Record-Route')}"

    other = Phone(roland.line, "roland", roland.password)
    other.line.send(other.request("BYE", target(answer), recorded, to=answer.header("To"), call="of-another-call"))
    assert other.final("BYE").status == 403

    call.bye()
    laura.reply(laura.await_request("BYE"), "200 OK")
    assert roland.final("BYE").status == 200


def test_asserted_names_and_credentials_do_not_pass(phones: Phones) -> None:
    roland, laura = phones("roland"), phones("laura", client="other")
    lies = ("P-Asserted-Identity: <sip:boss@falcot.com>", 'Remote-Party-ID: "Boss" <sip:boss@falcot.com>')
    roland.line.send(roland.request("MESSAGE", "sip:laura@falcot.com", *lies, body="x"))
    challenge = roland.final("MESSAGE").header("Proxy-Authenticate")
    proof = digest(challenge, "MESSAGE", "sip:laura@falcot.com", "roland", roland.password)
    roland.line.send(roland.request("MESSAGE", "sip:laura@falcot.com", *lies, f"Proxy-Authorization: {proof}", body="x"))

    came = laura.await_request("MESSAGE")
    laura.reply(came, "200 OK")

    assert {name for name, _ in came.headers} & {"P-Asserted-Identity", "Remote-Party-ID", "Proxy-Authorization"} == set()
    assert roland.final("MESSAGE").status == 200


def test_hops_and_sizes_have_limits(phones: Phones) -> None:
    phone = phones.bare("roland")
    far = phone.request("OPTIONS", "sip:falcot.com").replace("Max-Forwards: 70", "Max-Forwards: 0")
    phone.line.send(far)
    assert phone.final("OPTIONS").status == 483

    assert phone.register(contact=f"Contact: <sip:{'x' * 600}@192.0.2.99>").status == 513
    assert phone.ask("OPTIONS", "sip:falcot.com").status == 200


def test_a_scanner_hears_nothing(phones: Phones, stack: Stack) -> None:
    phone = phones.bare("roland", client="other")
    phone.line.send(phone.request("OPTIONS", "sip:falcot.com", "User-Agent: friendly-scanner"))
    assert phone.line.receive(2) is None
    # Nor does anybody else from there, for a minute.
    phone.line.send(phone.request("OPTIONS", "sip:falcot.com"))
    assert phone.line.receive(2) is None

    banned = stack.exec("kamailio", ["kamcmd", "htable.dump", "banned"]).stdout
    (source,) = re.findall(r"name: (\S+)", banned)
    assert stack.exec("kamailio", ["kamcmd", "htable.delete", "banned", source]).returncode == 0
    assert phone.ask("OPTIONS", "sip:falcot.com").status == 200
