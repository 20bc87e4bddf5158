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
