"""Servers talk to servers, and only those that a CA we trust vouches for by the right name: SASL EXTERNAL, never dialback."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from rtcstack.engine.images import reference
from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.xmpp_client import client, jid
from tests.stack.xmpp_partner import DOMAIN, Authority, Partner, zone

REFUSED = {"out": "remote-server-timeout", "in": "remote-server-timeout"}
BOTH = "/lab/both.crt"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def partner(stack: Stack, lab: Lab, authority: Authority) -> Iterator[Partner]:
    """A partner (not started) that trusts our CA, findable in DNS."""
    network = stack.plan.site.network
    ours = stack.ca.read_bytes()
    lab.serve({**lab.zones, DOMAIN: zone(network)})
    lab.put(BOTH, ours + authority.pem)
    yield Partner(network=network, image=reference("prosody"), authority=authority, trusted=ours)
    lab.serve(lab.zones)


@pytest.fixture(scope="module")
def trusting(stack: Stack, authority: Authority) -> Iterator[None]:
    """Our stack, told by its file to trust the partner's CA."""
    file = stack.directory / "rtcstack.toml"
    before = file.read_text()
    file.write_text(f'{before}\n[services.prosody]\ntrusted_ca = """\n{authority.pem.decode()}"""\n')
    try:
        stack.ok("up", "--yes")
        yield
    finally:
        file.write_text(before)
        stack.ok("up", "--yes")


def _talk(stack: Stack, lab: Lab, partner: Partner) -> dict[str, str]:
    alice = partner.person("alice", "rabbit-hole")
    passwords = (stack.person("roland"), "rabbit-hole")
    _, said = client(lab, "xmpp_across", jid("roland"), alice, BOTH, passwords=passwords)
    return dict(said)


def test_a_server_of_an_unknown_ca_is_refused(stack: Stack, lab: Lab, partner: Partner) -> None:
    with partner as server:
        assert _talk(stack, lab, server) == REFUSED
    assert "partner.example because its certificate is not trusted" in stack.ok("logs", "prosody")


@pytest.mark.usefixtures("trusting")
def test_a_server_with_another_name_in_its_certificate_is_refused(stack: Stack, lab: Lab, partner: Partner) -> None:
    with replace(partner, shows="other.example") as server:
        assert _talk(stack, lab, server) == REFUSED
    assert "partner.example because its certificate is not valid for this name" in stack.ok("logs", "prosody")


@pytest.mark.usefixtures("trusting")
def test_a_server_that_its_ca_vouches_for_is_heard_and_its_people_join_our_rooms(stack: Stack, lab: Lab, partner: Partner) -> None:
    room = f"{uuid4()}@conference.falcot.com"

    with partner as server:
        assert _talk(stack, lab, server) == {"out": "to them", "in": "to us"}

        passwords = (stack.person("roland"), "rabbit-hole")
        _, said = client(lab, "xmpp_room", room, jid("roland"), f"alice@{DOMAIN}", BOTH, passwords=passwords)
        assert said == {"heard": ["before", "after"], "archive": ["before", "after"]}

    modules = stack.exec("prosody", ["prosodyctl", "shell", "module:list('falcot.com')"]).stdout.split()
    assert "saslauth" in modules
    assert "dialback" not in modules
