"""Softphones that we did not write register, call each other and hear each other: found by DNS, over TLS on 443."""

import time
from collections.abc import Callable

import pytest

from tests.stack.baresip import Baresip
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.linphone import Linphone
from tests.stack.sip_phones import another_name
from tests.stack.sound import LOUD

TALK = 2.0
"""Seconds of sound."""


def test_baresip_is_refused_with_a_wrong_password(stack: Stack, lab: Lab) -> None:
    stack.person("roland")
    with Baresip(lab, "roland", "wrong") as phone:
        event = phone.event("REGISTER_OK", "REGISTER_FAIL")

    assert (event["type"], event["param"][:3]) == ("REGISTER_FAIL", "403")


def test_baresip_refuses_a_server_of_another_ca(stack: Stack, lab: Lab) -> None:
    with Baresip(lab, "roland", stack.person("roland"), ca="/lab/wrong-ca.crt") as phone:
        event = phone.event("REGISTER_OK", "REGISTER_FAIL")
        log = phone.log()

    assert event["type"] == "REGISTER_FAIL"
    assert "self-signed certificate in certificate chain" in log


def test_baresip_refuses_a_server_of_another_name(stack: Stack, lab: Lab) -> None:
    # The right server and the right CA, under a name that the certificate does not carry.
    with another_name(stack, lab) as name:
        proxy = f';outbound="sip:{name}:443;transport=tls"'
        with Baresip(lab, "roland", stack.person("roland"), account=proxy) as phone:
            event = phone.event("REGISTER_OK", "REGISTER_FAIL")
            log = phone.log()

    assert event["type"] == "REGISTER_FAIL"
    assert "hostname mismatch" in log


@pytest.mark.parametrize("domain", ["falcot.com", "sip.falcot.com"])
def test_baresip_calls_baresip(stack: Stack, lab: Lab, domain: str) -> None:
    roland, laura = stack.person("roland"), stack.person("laura")
    with (
        Baresip(lab, "roland", roland, domain=domain) as here,
        Baresip(lab, "laura", laura, client="other", tone=660) as there,
    ):
        here.registered()
        there.registered()
        here.command("dial", f"sip:laura@{domain}")
        for phone in (here, there):
            assert phone.event("CALL_ESTABLISHED", "CALL_CLOSED")["type"] == "CALL_ESTABLISHED"
        time.sleep(TALK)
        there.command("hangup")
        here.event("CALL_CLOSED")

        assert here.loudness() > LOUD
        assert there.loudness() > LOUD


def test_baresip_hears_busy(stack: Stack, lab: Lab) -> None:
    roland, laura = stack.person("roland"), stack.person("laura")
    with Baresip(lab, "roland", roland) as here, Baresip(lab, "laura", laura, client="other", answer="manual") as there:
        here.registered()
        there.registered()
        here.command("dial", "sip:laura@falcot.com")
        there.event("CALL_INCOMING")
        there.command("hangup")

        assert here.event("CALL_CLOSED")["param"].startswith(("486", "603"))


@pytest.mark.parametrize(
    ("password", "ca"),
    [
        (lambda _: "wrong", "/lab/ca.crt"),
        (lambda stack: stack.person("roland"), "/lab/wrong-ca.crt"),
    ],
    ids=["wrong password", "wrong CA"],
)
def test_linphone_is_refused(stack: Stack, lab: Lab, password: Callable[[Stack], str], ca: str) -> None:
    stack.person("roland")
    with Linphone(lab, "roland", password(stack), ca=ca) as phone:
        assert not phone.registration()


def test_linphone_and_baresip_call_each_other(stack: Stack, lab: Lab) -> None:
    roland, laura = stack.person("roland"), stack.person("laura")
    with Linphone(lab, "roland", roland) as here, Baresip(lab, "laura", laura, client="other", tone=660) as there:
        there.registered()
        assert here.registration()
        here.type("call sip:laura@falcot.com")
        there.event("CALL_ESTABLISHED")
        here.await_line("Media streams established")
        here.play()
        time.sleep(TALK)
        here.type("terminate")
        there.event("CALL_CLOSED")
        assert there.loudness() > LOUD
        assert here.loudness() > LOUD

        there.command("dial", "sip:roland@falcot.com")
        here.await_line("incoming call")
        here.type("answer")
        there.event("CALL_ESTABLISHED")
        here.await_line("Media streams established")
        there.command("hangup")
        here.await_line("ended")
