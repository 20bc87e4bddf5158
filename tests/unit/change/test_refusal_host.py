from dataclasses import replace
from pathlib import Path

import pytest

from rtcstack.change.refusal import Facts, refusals
from rtcstack.change.refusal_host import OwnNetwork
from rtcstack.errors import RequestError
from rtcstack.plan.stack import StackPlan
from rtcstack.workflow.context import plan_text

FILE = """
domain = "falcot.com"
[network]
driver = "host"
parent = "eth0"
subnet = "198.51.100.0/24"
"""
HERE = OwnNetwork(addresses=frozenset(f"198.51.100.{last}" for last in (10, 12, 14, 16, 17)))
FINE = Facts(links={"lo": True, "eth0": True}, own=HERE)


@pytest.fixture
def rented(tmp_path: Path) -> StackPlan:
    return plan_text(tmp_path, FILE).stack


@pytest.fixture
def given(tmp_path: Path) -> StackPlan:
    return plan_text(tmp_path, FILE + "add_addresses = true\n").stack


def text(stack: StackPlan, own: OwnNetwork) -> str:
    return "\n".join(map(str, refusals(stack, replace(FINE, own=own))))


def test_addresses_that_the_host_has_are_fine(rented: StackPlan) -> None:
    assert text(rented, HERE) == ""


def test_an_address_that_the_host_has_not_is_to_be_given_or_asked_for(rented: StackPlan, given: StackPlan) -> None:
    without = OwnNetwork(addresses=HERE.addresses - {"198.51.100.14"})

    assert text(rented, without) == (
        "services.kamailio.address: 198.51.100.14 is no address of this host: type"
        " `sudo ip addr add 198.51.100.14/32 dev eth0`, or set network.add_addresses = true"
    )
    assert text(given, without) == ""


@pytest.mark.parametrize("place", ["198.51.100.14", "*"])
def test_a_port_that_another_program_holds(rented: StackPlan, place: str) -> None:
    held = replace(HERE, held=frozenset({("tcp", place, 443), ("tcp", place, 80)}))

    # Who holds every address is told of once.
    first, where = ("coturn", "every address") if place == "*" else ("kamailio", place)
    assert text(rented, held) == (
        f"services.{first}.address: another program of this host listens on tcp/443 of {where}: stop it, or bind it to an"
        " address of its own (`sudo ss -lnp 'sport = :443'` names it)"
    )


def test_a_port_of_an_address_that_is_not_ours_is_nobodys_business(rented: StackPlan) -> None:
    assert text(rented, replace(HERE, held=frozenset({("tcp", "198.51.100.2", 443), ("udp", "198.51.100.14", 443)}))) == ""


def test_other_drivers_need_addresses_of_their_own(tmp_path: Path) -> None:
    macvlan = plan_text(tmp_path, FILE.replace('"host"', '"macvlan"')).stack

    assert text(macvlan, OwnNetwork()) == ""
    assert text(macvlan, OwnNetwork(addresses=frozenset({"198.51.100.14"}))) == (
        'services.kamailio.address: 198.51.100.14 is an address of this host itself: choose another, or use driver "host"'
    )
    # On the way from one driver to the other it is ours, and goes.
    gone = OwnNetwork(addresses=frozenset({"198.51.100.14"}), given=frozenset({"198.51.100.14"}))
    assert text(macvlan, gone) == ""


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('parent = "eth0"', "", 'network.parent: driver "host" needs the link that carries the addresses'),
        ('parent = "eth0"', 'parent = "eth0"\nhost_access = false', "network.host_access: with driver"),
        ('"host"', '"macvlan"\nadd_addresses = true', "network.add_addresses: only driver"),
        ('"host"', '"bridge"', "network.driver: "),
    ],
)
def test_what_the_file_may_not_say(tmp_path: Path, was: str, now: str, said: str) -> None:
    with pytest.raises(RequestError) as refused:
        plan_text(tmp_path, FILE.replace(was, now))
    assert said in "\n".join(map(str, refused.value.problems))
