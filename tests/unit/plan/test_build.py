"""What only shows when all services are seen together: each problem names the key that somebody has to edit."""

from pathlib import Path

import pytest

from rtcstack.errors import RequestError
from rtcstack.workflow.context import plan_text

FILE = """
domain = "falcot.com"
[network]
subnet = "198.51.100.0/24"
subnet6 = "2001:db8:1000:2000::/64"
"""


def problems(more: str) -> dict[str, str]:
    with pytest.raises(RequestError) as caught:
        plan_text(Path(), FILE + more)
    return {problem.path: problem.message for problem in caught.value.problems}


def test_the_file_itself_is_right() -> None:
    assert plan_text(Path(), FILE).stack.services


def test_a_second_address_outside_the_subnet_is_reported_by_its_own_key() -> None:
    assert (
        "outside the network's subnet" in problems('[services.coturn]\nalt_address = "192.168.1.9"')["services.coturn.alt_address"]
    )
    more = '[services.prosody]\nstarttls_address6 = "2001:db8::9"'
    assert "outside the network's subnet" in problems(more)["services.prosody.starttls_address6"]


def test_two_services_at_one_address() -> None:
    found = problems('[services.prosody]\nstarttls_address = "198.51.100.14"')

    assert found == {"services.prosody.starttls_address": "198.51.100.14 is already the address of service kamailio"}


def test_addresses_that_others_give_out() -> None:
    clear = FILE + 'avoid = ["198.51.100.100-198.51.100.150", "198.51.100.7", "2001:db8:1000:2000:1::/80", "198.51.100.1"]'
    assert plan_text(Path(), clear).stack.site.network.avoid

    found = problems('avoid = ["198.51.100.9-198.51.100.11", "198.51.100.14"]\n[services.coturn]\nalt_address = "198.51.100.11"')
    assert found == {
        "services.coturn.address": "198.51.100.10 is in 198.51.100.9-198.51.100.11, which network.avoid keeps clear:"
        " choose another address",
        "services.coturn.alt_address": "198.51.100.11 is in 198.51.100.9-198.51.100.11, which network.avoid keeps clear:"
        " choose another address",
        "services.kamailio.address": "198.51.100.14 is in 198.51.100.14, which network.avoid keeps clear: choose another address",
    }
    found = problems('avoid = ["198.51.100.2/31", "2001:db8:1000:2000::26"]')
    assert found["network.range"].startswith("198.51.100.2, the host's own shim, is in 198.51.100.2/31")
    assert "2001:db8:1000:2000::26, a place from which `check` looks" in found["network.avoid"]


def test_a_default_that_lies_in_the_lan_is_refused_like_one_that_was_typed() -> None:
    wide = FILE.replace("198.51.100.0/24", "10.0.0.0/8")

    with pytest.raises(RequestError) as caught:
        plan_text(Path(), wide)
    assert [problem.path for problem in caught.value.problems] == ["network.backend"]
    assert plan_text(Path(), wide + 'backend = "172.31.255.0/27"').stack.services


def test_a_range_to_avoid_that_is_not_of_this_network() -> None:
    found = problems('avoid = ["192.0.2.7", "198.51.100.200-198.51.101.9", "2001:db8::/64"]')

    assert set(found) == {"network.avoid[0]", "network.avoid[1]", "network.avoid[2]"}
    without = FILE.replace("subnet6", "# subnet6") + 'avoid = ["2001:db8::7"]'
    with pytest.raises(RequestError) as caught:
        plan_text(Path(), without)
    assert [str(one) for one in caught.value.problems] == ["network.avoid[0]: 2001:db8::7 is IPv6, and there is no network.subnet6"]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ('[services.kamailio]\nhostname = "turn-server"', "services.kamailio.hostname"),
        ('[services.prosody]\nstarttls_hostname = "sip-proxy"', "services.prosody.starttls_hostname"),
        ('[services.coturn]\nhostname = "upload"', "services.prosody.hostname"),
    ],
)
def test_two_services_of_one_name(more: str, path: str) -> None:
    assert list(problems(more)) == [path]
