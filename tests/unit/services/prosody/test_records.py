"""The DNS of XMPP: every record on the address and port that listens for it, and a clear no for the rest."""

import pytest

from rtcstack.plan.record import Record
from rtcstack.services.prosody.options import ProsodyOptions
from rtcstack.spec.model import PortMode
from tests.unit.services.prosody.stacks import PROSODY
from tests.unit.sites import demo_site, site

STANDARD = site("192.168.7.0/24", parent="eth0", ports="standard")


def lines(records: tuple[Record, ...]) -> list[str]:
    return [f"{record.owner} {record.type} {record.rdata}" for record in records]


def test_on_443() -> None:
    assert lines(PROSODY.describe(demo_site(), ProsodyOptions()).records) == [
        "xmpp-gw.falcot.com. A 198.51.100.16",
        "xmpp-gw.falcot.com. AAAA 2001:db8:1000:2000::16",
        "xmpp-starttls.falcot.com. A 198.51.100.17",
        "xmpp-starttls.falcot.com. AAAA 2001:db8:1000:2000::17",
        "upload.falcot.com. A 198.51.100.16",
        "upload.falcot.com. AAAA 2001:db8:1000:2000::16",
        "_xmpps-client._tcp.falcot.com. SRV 5 0 443 xmpp-gw.falcot.com.",
        "_xmpp-client._tcp.falcot.com. SRV 10 0 443 xmpp-starttls.falcot.com.",
        "_xmpp-server._tcp.falcot.com. SRV 10 0 443 xmpp-starttls.falcot.com.",
        "_xmpps-server._tcp.falcot.com. SRV 0 0 0 .",
        "_xmpp-server._tcp.conference.falcot.com. SRV 10 0 443 xmpp-starttls.falcot.com.",
        "_xmpps-server._tcp.conference.falcot.com. SRV 0 0 0 .",
        "_xmpp-server._tcp.upload.falcot.com. SRV 0 0 0 .",
        "_xmpps-server._tcp.upload.falcot.com. SRV 0 0 0 .",
    ]


def test_on_the_standard_ports() -> None:
    assert lines(PROSODY.describe(STANDARD, ProsodyOptions()).records) == [
        "xmpp-gw.falcot.com. A 192.168.7.16",
        "upload.falcot.com. A 192.168.7.16",
        "_xmpps-client._tcp.falcot.com. SRV 5 0 5223 xmpp-gw.falcot.com.",
        "_xmpp-client._tcp.falcot.com. SRV 10 0 5222 xmpp-gw.falcot.com.",
        "_xmpp-server._tcp.falcot.com. SRV 10 0 5269 xmpp-gw.falcot.com.",
        "_xmpps-server._tcp.falcot.com. SRV 5 0 5270 xmpp-gw.falcot.com.",
        "_xmpp-server._tcp.conference.falcot.com. SRV 10 0 5269 xmpp-gw.falcot.com.",
        "_xmpps-server._tcp.conference.falcot.com. SRV 5 0 5270 xmpp-gw.falcot.com.",
        "_xmpp-server._tcp.upload.falcot.com. SRV 0 0 0 .",
        "_xmpps-server._tcp.upload.falcot.com. SRV 0 0 0 .",
    ]


def test_without_federation_servers_are_told_no() -> None:
    plan = PROSODY.describe(demo_site(), ProsodyOptions(federation=False))
    servers = [line for line in lines(plan.records) if "-server" in line]

    assert len(servers) == 6
    assert all(line.endswith(" SRV 0 0 0 .") for line in servers)
    assert not any(listener.protocol == "xmpp-server" for listener in plan.listeners)


def test_the_bare_domain_is_printed_only_when_it_is_ours() -> None:
    company, ours = (PROSODY.describe(demo_site(apex=apex), ProsodyOptions()) for apex in (False, True))

    assert set(lines(ours.records)) - set(lines(company.records)) == {
        "falcot.com. A 198.51.100.16",
        "falcot.com. AAAA 2001:db8:1000:2000::16",
    }
    assert ours.remarks == ()
    (remark,) = company.remarks
    assert "https://falcot.com/.well-known/host-meta" in remark
    assert "https://xmpp-gw.falcot.com/.well-known/host-meta.json" in remark


@pytest.mark.parametrize("ports", ["443", "standard", "both"])
def test_every_srv_points_at_a_listener_that_speaks_it(ports: PortMode) -> None:
    plan = PROSODY.describe(demo_site(ports=ports), ProsodyOptions())
    addresses: dict[str, set[str]] = {}
    for record in plan.records:
        if record.type in ("A", "AAAA"):
            addresses.setdefault(str(record.owner), set()).add(str(record.rdata))
    listening = {(str(one.address), one.port, one.protocol, one.starttls) for one in plan.listeners}

    offered = set()
    for record in plan.records:
        if record.type != "SRV" or str(record.rdata).endswith(" ."):
            continue
        label = record.owner.labels[0].decode()
        _, _, port, target = str(record.rdata).split()
        protocol, starttls = label.lstrip("_").replace("xmpps", "xmpp"), not label.startswith("_xmpps")
        offered |= {(address, int(port), protocol, starttls) for address in addresses[target]}

    assert offered == {one for one in listening if one[2] != "https"}


def test_every_record_has_its_reason() -> None:
    records = PROSODY.describe(demo_site(apex=True), ProsodyOptions()).records
    assert all(record.why for record in records)
    assert {str(record.owner) for record in records if record.warning} == {
        "_xmpps-server._tcp.falcot.com.",
        "_xmpps-server._tcp.conference.falcot.com.",
    }
