"""The name server in the plan: only if asked for, strict, and with files that hold what it serves."""

from pathlib import Path

import dns.zone
import pytest

from rtcstack.errors import RequestError
from rtcstack.plan.secret import TRUST
from rtcstack.workflow.context import Installation, plan_text

FILE = """
domain = "falcot.com"
aliases = ["sip.falcot.com", "falcot.example"]
[network]
subnet = "198.51.100.0/24"
subnet6 = "2001:db8:1000:2000::/64"
[services.dns]
"""
ON = FILE + "enabled = true\n"


def planned(text: str) -> Installation:
    return plan_text(Path(), text)


def rendered(text: str, digest: str = "") -> dict[str, str]:
    found = planned(text)
    return {a.path: a.content.decode() for a in found.service("dns").files(found.stack, {TRUST: digest})}


@pytest.mark.parametrize("text", [FILE, FILE + "enabled = false\n", FILE + 'hostname = "name-server"\n'])
def test_who_does_not_ask_for_it_has_none(text: str) -> None:
    found = planned(text)

    assert "dns" not in [service.name for service in found.stack.services]
    assert "dns" not in [service.name for service in found.services]
    assert found.stack.having("dns") is None


def test_what_is_not_there_takes_nobodys_address() -> None:
    clash = '[services.coturn]\naddress = "198.51.100.22"\n'

    assert planned(FILE + clash).stack.services
    with pytest.raises(RequestError) as caught:
        planned(ON + clash)
    assert [problem.path for problem in caught.value.problems] == ["services.dns.address"]


@pytest.mark.parametrize("wrong", ['enabled = "perhaps"', 'hostname = "a.b"', "recursion = true"])
def test_what_is_wrong_in_it_is_told_though_it_is_off(wrong: str) -> None:
    with pytest.raises(RequestError) as caught:
        planned(FILE + wrong + "\n")
    assert [problem.path for problem in caught.value.problems] == [f"services.dns.{wrong.split(maxsplit=1)[0]}"]


def test_only_optional_services_can_be_switched_off() -> None:
    with pytest.raises(RequestError) as caught:
        planned(FILE + "[services.mariadb]\nenabled = false\n")
    assert [str(problem) for problem in caught.value.problems] == ["services.mariadb.enabled: unknown key"]


def test_it_answers_by_udp_and_tcp_at_its_place() -> None:
    plan = planned(ON).stack.service("dns")

    assert (plan.role, plan.hostname, plan.certificate) == ("dns", "ns.falcot.com", None)
    assert [(str(each.address), each.port, str(each.transport), each.identity) for each in plan.listeners] == [
        (address, 53, transport, "falcot.com")
        for address in ("198.51.100.22", "2001:db8:1000:2000::22")
        for transport in ("udp", "tcp")
    ]


def test_the_container_is_strict_and_keeps_its_keys() -> None:
    main = planned(ON).stack.service("dns").main

    assert (main.user, main.capabilities, main.sysctls) == ((906, 906), (), {})
    assert [(mount.volume, mount.target, mount.read_only) for mount in main.mounts] == [("dns-data", "/var/lib/knot", False)]
    assert [leg.network for leg in main.attachments] == ["lan"]
    assert main.healthcheck is not None


def test_every_zone_is_a_file_of_its_own() -> None:
    found = rendered(ON)

    assert sorted(found) == ["knot.conf", "zones/falcot.com.zone", "zones/falcot.example.zone"]
    assert [line for line in found["knot.conf"].splitlines() if "domain:" in line] == [
        '  - domain: "falcot.com"',
        '  - domain: "falcot.example"',
    ]
    for origin in ("falcot.com", "falcot.example"):
        zone = dns.zone.from_text(found[f"zones/{origin}.zone"], f"{origin}.", relativize=False)
        assert zone.get_soa().serial == 1
        assert [str(each) for each in zone.get_rdataset(f"{origin}.", "NS") or ()] == ["ns.falcot.com."]


def test_a_new_ca_is_a_new_zone_file_and_nothing_else_changes() -> None:
    without, old, new = rendered(ON), rendered(ON, "ab" * 32), rendered(ON, "cd" * 32)

    assert "TLSA" not in without["zones/falcot.com.zone"]
    assert [path for path in old if old[path] != new[path]] == ["zones/falcot.com.zone"]
    assert rendered(ON, "ab" * 32) == old


def test_no_name_can_leave_its_line() -> None:
    assert all(line.count('"') % 2 == 0 for line in rendered(ON)["knot.conf"].splitlines())


def test_the_printed_zone_has_its_address_but_delegates_nothing() -> None:
    found = planned(ON).stack.service("dns")

    assert [(str(each.owner), each.type, str(each.rdata)) for each in found.records] == [
        ("ns.falcot.com.", "A", "198.51.100.22"),
        ("ns.falcot.com.", "AAAA", "2001:db8:1000:2000::22"),
    ]
    assert any("rtcstack zone --ds" in remark for remark in found.remarks)
    assert not any(" NS ns" in remark for remark in found.remarks)
