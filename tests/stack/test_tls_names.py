"""Every port that speaks TLS, by name, as openssl and gnutls judge it: the wrong CA and the wrong name refused first."""

import pytest

from rtcstack.plan.listener import Protocol, Transport
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.tls_client import WRONG_CA, Door, gnutls, openssl, openssl_by_address, openssl_by_tlsa

FIRST = [
    Door("turn-server.falcot.com", "tls", "turn-server.falcot.com"),
    Door("turn-server.falcot.com", "dtls", "turn-server.falcot.com"),
    Door("turn-ephemeral.falcot.com", "tls", "turn-ephemeral.falcot.com"),
    Door("turn-ephemeral.falcot.com", "dtls", "turn-ephemeral.falcot.com"),
    Door("sip-proxy.falcot.com", "tls", "falcot.com"),
    Door("sip-proxy.falcot.com", "tls", "sip-proxy.falcot.com"),
    Door("xmpp-gw.falcot.com", "tls", "falcot.com"),
    Door("xmpp-gw.falcot.com", "tls", "xmpp-gw.falcot.com"),
    Door("xmpp-starttls.falcot.com", "xmpp", "falcot.com"),
    Door("xmpp-starttls.falcot.com", "xmpp-server", "falcot.com"),
]
"""What the listeners of the plan promise."""
FURTHER = [
    Door("sip-proxy.falcot.com", "tls", "sip.falcot.com"),
    Door("sip.falcot.com", "tls", "sip.falcot.com"),
    Door("upload.falcot.com", "tls", "upload.falcot.com"),
    Door("xmpp-starttls.falcot.com", "xmpp-server", "conference.falcot.com"),
]
"""Further names by which clients come: the alias, the upload, the rooms."""
DOORS = [*FIRST, *FURTHER]
GNUTLS = [door for door in DOORS if door.begin != "xmpp-server"]
"""gnutls-cli can begin a client's stream, not a server's."""
PUBLISHED = [door for door in FIRST if not door.host.startswith("turn-ephemeral")]
"""TLSA records stand where SRV records lead."""
STARTTLS = {Protocol.XMPP_CLIENT: "xmpp", Protocol.XMPP_SERVER: "xmpp-server"}


def names(stack: Stack) -> dict[str, str]:
    """Return the host name of each IPv4 address: an SRV target where there is one."""
    records = stack.json("zone")["records"]
    targets = {each["rdata"].split()[3] for each in records if each["type"] == "SRV"}
    hosts = sorted((each for each in records if each["type"] == "A"), key=lambda each: each["owner"] in targets)
    return {each["rdata"]: each["owner"].rstrip(".") for each in hosts}


def test_these_are_all_the_doors_there_are(stack: Stack) -> None:
    hosts = names(stack)
    promised = {
        Door(hosts[str(each.address)], STARTTLS[each.protocol] if each.starttls else str(each.transport), each.identity, each.port)
        for service in stack.plan.services
        for each in service.listeners
        if str(each.address) in hosts and (each.starttls or each.transport in (Transport.TLS, Transport.DTLS))
    }
    assert promised == set(FIRST)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_openssl_refuses_the_wrong_ca_and_the_wrong_name_and_accepts_the_right_ones(lab: Lab, door: Door) -> None:
    for refused, said in (openssl(lab, door, ca=WRONG_CA), openssl(lab, door, name="other.falcot.com")):
        assert not refused, said
    accepted, said = openssl(lab, door)
    assert accepted, said


@pytest.mark.parametrize("door", GNUTLS, ids=str)
def test_gnutls_refuses_the_wrong_ca_and_the_wrong_name_and_accepts_the_right_ones(lab: Lab, door: Door) -> None:
    for refused, said in (gnutls(lab, door, ca=WRONG_CA), gnutls(lab, door, name="other.falcot.com")):
        assert not refused, said
    accepted, said = gnutls(lab, door)
    assert accepted, said


@pytest.mark.parametrize("service", ["coturn", "coturn-ephemeral", "kamailio", "prosody"])
def test_an_address_is_no_name(lab: Lab, stack: Stack, service: str) -> None:
    plan = stack.plan.service(service)
    assert plan.hostname is not None

    refused, said = openssl_by_address(lab, Door(plan.hostname, "tls", plan.hostname), str(plan.address))

    assert not refused, said
    assert "IP address mismatch" in said


@pytest.mark.parametrize("door", PUBLISHED, ids=str)
def test_the_published_tlsa_record_is_enough_to_trust(lab: Lab, door: Door) -> None:
    owner = f"_{door.port}._{'udp' if door.begin == 'dtls' else 'tcp'}.{door.host}"
    usage, selector, matching, *digest = lab.run(["dig", "+short", "TLSA", owner]).stdout.split()
    right = "".join(digest)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")

    refused, said = openssl_by_tlsa(lab, door, f"{usage} {selector} {matching} {wrong}")
    assert not refused, said
    accepted, said = openssl_by_tlsa(lab, door, f"{usage} {selector} {matching} {right}")
    assert accepted, said
