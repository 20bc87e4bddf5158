from pathlib import Path

from rtcstack.plan.opening import openings, text
from rtcstack.workflow.context import plan_text

FILE = """
domain = "falcot.com"
ports = "both"
[network]
subnet = "198.51.100.0/24"
subnet6 = "2001:db8:1000:2000::/64"
[services.coturn]
relay.tcp = true
[services.kamailio]
udp = true
"""


def test_every_listener_and_every_relay_is_let_in_and_nothing_internal(tmp_path: Path) -> None:
    stack = plan_text(tmp_path, FILE).stack
    found = {(one.service, str(one.address), one.transport): text(one.ports) for one in openings(stack)}

    assert found["coturn", "198.51.100.10", "udp"] == "443, 3478, 5349, 49152-65535"
    assert found["coturn", "2001:db8:1000:2000::10", "tcp"] == "443, 3478, 5349, 49152-65535"
    assert found["coturn-ephemeral", "198.51.100.12", "tcp"] == "443, 3478, 5349"
    assert found["kamailio", "198.51.100.14", "udp"] == "443, 5060"
    assert found["prosody", "198.51.100.17", "tcp"] == "443"
    assert not [one for one in openings(stack) if one.service == "mariadb"]
    listeners = {(e.address, e.port) for s in stack.services for e in s.listeners if not e.internal}
    let_in = {(one.address, port) for one in openings(stack) for first, last in one.ports for port in range(first, last + 1)}
    assert listeners <= let_in
