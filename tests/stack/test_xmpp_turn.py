"""What prosody tells its clients about TURN (XEP-0215): each entry has credentials, and each one really gives a relay."""

from tests.stack.installation import Stack
from tests.stack.lab import Lab
from tests.stack.xmpp_client import CA, client, jid

TRANSPORTS = {("turn", "udp"): "udp", ("turn", "tcp"): "tcp", ("turns", "tcp"): "tls"}


def test_every_turn_entry_has_credentials_that_allocate(stack: Stack, lab: Lab) -> None:
    _, entries = client(lab, "xmpp_services", jid("roland"), CA, passwords=(stack.person("roland"),))
    relays = {(entry["type"], entry["transport"]): entry for entry in entries if entry["type"] != "stun"}
    assert relays.keys() == TRANSPORTS.keys()

    for kind, entry in relays.items():
        where = (entry["host"], entry["port"], TRANSPORTS[kind], entry["username"], CA)

        status, relayed = client(lab, "turn_relay", *where, passwords=("wrong",))
        assert (status, relayed) == (1, [])

        status, relayed = client(lab, "turn_relay", *where, passwords=(entry["password"],))
        assert status == 0
        assert [host for host, _ in relayed] == [stack.address("coturn-ephemeral")]


def test_stun_needs_no_credentials(stack: Stack, lab: Lab) -> None:
    _, entries = client(lab, "xmpp_services", jid("roland"), CA, passwords=(stack.person("roland"),))

    assert [entry for entry in entries if entry["type"] == "stun"] == [
        {"type": "stun", "transport": "udp", "host": "turn-ephemeral.falcot.com", "port": "443"}
    ]
