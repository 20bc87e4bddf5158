"""Clients that ask the stack's own name server, and nobody else, find everything: by the book, and really."""

import json

import pytest

from rtcstack.plan.listener import Protocol, Transport
from tests.stack.baresip import Baresip
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.name_server import only_resolver
from tests.stack.xmpp_client import CA, client, jid

HOW = {
    "SIPS+D2T": (Protocol.SIP, Transport.TLS, False),
    "turn.udp": (Protocol.TURN, Transport.UDP, False),
    "turn.tcp": (Protocol.TURN, Transport.TCP, False),
    "turn.tls": (Protocol.TURN, Transport.TLS, False),
    "turn.dtls": (Protocol.TURN, Transport.DTLS, False),
    "xmpp-client direct": (Protocol.XMPP_CLIENT, Transport.TLS, False),
    "xmpp-client starttls": (Protocol.XMPP_CLIENT, Transport.TCP, True),
    "xmpp-server starttls": (Protocol.XMPP_SERVER, Transport.TCP, True),
}
"""What a client that found a place so speaks there."""


def test_the_walk_ends_where_the_services_are_in_the_right_order(stack: Stack, lab: Lab) -> None:
    done = lab.run(["python3", "/lab/dns_walk.py", stack.address("dns"), "falcot.com"])
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    turn, sip, xmpp = (stack.plan.service(name) for name in ("coturn", "kamailio", "prosody"))
    second = [str(address) for address in xmpp.extra_addresses]

    assert found == {
        "sip": [["SIPS+D2T", str(address), 443] for address in sip.addresses],
        "turn": [[f"turn.{transport}", str(turn.address), 443] for transport in ("udp", "tcp", "tls", "dtls")],
        "xmpp-client": [
            *(["direct", str(address), 443] for address in (xmpp.address, xmpp.address6)),
            *(["starttls", address, 443] for address in second),
        ],
        "xmpp-server": [["starttls", address, 443] for address in second],
    }
    listening = {
        (str(each.address), each.port, each.protocol, each.transport, each.starttls)
        for service in stack.plan.services
        for each in service.listeners
    }
    for protocol, places in found.items():
        for how, address, port in places:
            assert (address, port, *HOW[f"{protocol} {how}" if protocol.startswith("xmpp") else how]) in listening


def test_a_client_that_asks_nobody_finds_nobody(stack: Stack, lab: Lab) -> None:
    with only_resolver(lab, str(stack.plan.site.network.address(44)), "client"):
        status, said = client(lab, "xmpp_login", jid("roland"), "direct", CA, passwords=(stack.person("roland"),))
    assert status == 1, said


@pytest.mark.parametrize("how", ["direct", "starttls"])
def test_the_jid_is_enough_to_log_in(stack: Stack, lab: Lab, how: str) -> None:
    with only_resolver(lab, stack.address("dns"), "client"):
        status, said = client(lab, "xmpp_login", jid("roland"), how, CA, passwords=(stack.person("roland"),))
    assert status == 0, said


def test_the_address_is_enough_to_register_and_call(stack: Stack, lab: Lab) -> None:
    roland, laura = stack.person("roland"), stack.person("laura")
    with (
        only_resolver(lab, stack.address("dns"), "client", "other"),
        Baresip(lab, "roland", roland) as here,
        Baresip(lab, "laura", laura, client="other") as there,
    ):
        here.registered()
        there.registered()
        here.command("dial", "sip:laura@falcot.com")
        assert there.event("CALL_ESTABLISHED", "CALL_CLOSED")["type"] == "CALL_ESTABLISHED"


def test_the_domain_is_enough_to_be_relayed(stack: Stack, lab: Lab) -> None:
    password = stack.person("roland")
    with only_resolver(lab, stack.address("dns"), "client"):
        asked = ["dig", "+short", "+search", "SRV", "_turn._udp.falcot.com"]
        place = lab.run(asked).stdout.split()
        done = lab.run(["turnutils_uclient", "-y", "-n", "5", "-u", "roland", "-w", password, "-p", place[2], place[3].rstrip(".")])
    assert place[2:] == ["443", "turn-server.falcot.com."]
    assert "Total lost packets 0" in done.stdout, done.stdout + done.stderr
