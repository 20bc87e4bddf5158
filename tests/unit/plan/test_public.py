from pathlib import Path

import pytest

from rtcstack.errors import RequestError
from rtcstack.workflow.context import plan_text

FILE = """
domain = "falcot.com"
[network]
parent = "eth0"
subnet = "192.168.7.0/24"
"""


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (
            '[services.coturn]\npublic_address = "203.0.113.9"\n[services.kamailio]\npublic_address = "203.0.113.9"',
            "services.kamailio.public_address: 203.0.113.9 is already the public address of service coturn: each needs its own",
        ),
        (
            '[services.prosody]\npublic_address = "203.0.113.9"',
            "services.prosody.starttls_public_address: is missing: 192.168.7.17 would be in the zone, where",
        ),
        (
            '[services.prosody]\nstarttls_public_address = "203.0.113.9"',
            "services.prosody.public_address: is missing: 192.168.7.16 would be in the zone, where nobody outside reaches it",
        ),
        (
            '[services.coturn]\npublic_address = "203.0.113.9"\nalt_address = "192.168.7.11"',
            "services.coturn.alt_public_address: is missing: 192.168.7.11 would be in the zone, where nobody outside reaches it",
        ),
        ('[services.kamailio]\npublic_address = "192.168.7.14"', "is in the network's own subnet 192.168.7.0/24: remove the line"),
        ('[services.coturn]\nalt_public_address = "203.0.113.9"', "alt_public_address needs an alt_address"),
        ('[services.mariadb]\npublic_address = "203.0.113.9"', "the database lives on the internal network only"),
    ],
)
def test_what_cannot_be_translated_one_to_one(tmp_path: Path, extra: str, said: str) -> None:
    with pytest.raises(RequestError) as refused:
        plan_text(tmp_path, FILE + extra)
    assert said in "\n".join(map(str, refused.value.problems))


def test_the_second_address_of_prosody_counts_only_where_there_is_one(tmp_path: Path) -> None:
    text = FILE.replace("[network]", 'ports = "standard"\n[network]') + '[services.prosody]\npublic_address = "203.0.113.9"'

    assert len(plan_text(tmp_path, text).stack.service("prosody").public) == 1
