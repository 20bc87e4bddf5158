"""What `init` writes is complete, and says why where it chose."""

from pathlib import Path

import pytest

from rtcstack.spec.model import Driver
from rtcstack.workflow.context import plan_text
from rtcstack.workflow.init import Answers, file_text


def test_the_private_network_names_no_driver(tmp_path: Path) -> None:
    text = file_text(Answers(domain="falcot.com"))

    assert "driver" not in text
    assert plan_text(tmp_path, text).stack.site.network.driver == "macvlan"


@pytest.mark.parametrize("driver", ["macvlan", "ipvlan", "host"])
def test_each_driver_gives_a_file_that_plans(tmp_path: Path, driver: Driver) -> None:
    answers = Answers(domain="falcot.com", parent="eth0", subnet="192.0.2.0/24", subnet6="", driver=driver)
    network = plan_text(tmp_path, file_text(answers)).stack.site.network

    assert (network.driver, network.add_addresses) == (driver, driver == "host")
