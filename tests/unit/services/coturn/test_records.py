"""The DNS of the TURN servers: every record on the port that listens, and nothing that does not."""

import pytest

from rtcstack.plan.record import Record
from rtcstack.services.coturn.options import CoturnOptions
from rtcstack.spec.model import PortMode
from tests.unit.services.coturn.stacks import EPHEMERAL, PERSONAL
from tests.unit.sites import demo_site


def lines(records: tuple[Record, ...]) -> list[str]:
    return [f"{record.owner} {record.type} {record.rdata}" for record in records]


def test_on_443() -> None:
    plan = PERSONAL.describe(demo_site(), CoturnOptions())
    assert lines(plan.records) == [
        "turn-server.falcot.com. A 198.51.100.10",
        "_stun._udp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_stun._tcp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_stuns._tcp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_stuns._udp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_turn._udp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_turn._tcp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_turns._tcp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_turns._udp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        'falcot.com. NAPTR 100 10 "s" "RELAY:turn.udp" "" _turn._udp.falcot.com.',
        'falcot.com. NAPTR 100 20 "s" "RELAY:turn.tcp" "" _turn._tcp.falcot.com.',
        'falcot.com. NAPTR 100 30 "s" "RELAY:turn.tls" "" _turns._tcp.falcot.com.',
        'falcot.com. NAPTR 100 40 "s" "RELAY:turn.dtls" "" _turns._udp.falcot.com.',
    ]
    assert all(record.why for record in plan.records)


def test_the_aaaa_record_is_asked_for_and_the_address_is_always_there() -> None:
    plain = PERSONAL.describe(demo_site(), CoturnOptions())
    asked = PERSONAL.describe(demo_site(), CoturnOptions(aaaa=True))
    assert str(plain.address6) == "2001:db8:1000:2000::10"
    assert set(lines(asked.records)) - set(lines(plain.records)) == {"turn-server.falcot.com. AAAA 2001:db8:1000:2000::10"}


def test_the_ephemeral_server_is_known_by_its_name_alone() -> None:
    plan = EPHEMERAL.describe(demo_site(), CoturnOptions())
    assert lines(plan.records) == ["turn-ephemeral.falcot.com. A 198.51.100.12"]


def test_behaviour_discovery_is_published_only_with_two_addresses() -> None:
    site = demo_site()
    one = PERSONAL.describe(site, CoturnOptions())
    two = PERSONAL.describe(site, CoturnOptions(alt_address=site.network.address(11)))
    assert set(lines(two.records)) - set(lines(one.records)) == {
        "_stun-behavior._udp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_stun-behavior._tcp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
        "_stun-behaviors._tcp.falcot.com. SRV 0 0 443 turn-server.falcot.com.",
    }


@pytest.mark.parametrize("ports", ["443", "standard", "both"])
def test_every_srv_port_is_one_that_listens(ports: PortMode) -> None:
    plan = PERSONAL.describe(demo_site(ports=ports), CoturnOptions())
    listening = {(listener.protocol, listener.transport, listener.port) for listener in plan.listeners}
    offered = set()
    for record in plan.records:
        if record.type == "SRV":
            service, transport = (label.decode() for label in record.owner.labels[:2])
            secure = service.endswith("s")
            spoken = {"_tcp": "tls", "_udp": "dtls"}[transport] if secure else transport[1:]
            offered.add((service[1:].removesuffix("s"), spoken, int(record.rdata.to_text().split()[2])))
    assert offered == listening
