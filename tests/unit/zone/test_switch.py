"""Which records a switch of ports changes, and in which order they and the services go."""

from pathlib import Path

import pytest

from rtcstack.plan.record import Record
from rtcstack.workflow.context import plan_text
from rtcstack.workflow.zone import zone
from rtcstack.zone.switch import When, changed, patience, when

FILE = 'domain = "falcot.com"\nports = "{}"\n[network]\nsubnet = "198.51.100.0/24"\n'
MODES = ("443", "standard", "both")


def records(ports: str) -> tuple[Record, ...]:
    (found,) = zone(plan_text(Path("/nowhere"), FILE.format(ports))).zones
    return found.records


@pytest.mark.parametrize("ports", MODES)
def test_nothing_changes_where_nothing_is_switched(ports: str) -> None:
    assert changed(records(ports), records(ports)) == ()


@pytest.mark.parametrize(
    ("before", "after", "order"),
    [
        ("443", "both", When.AFTER),
        ("standard", "both", When.AFTER),
        ("both", "443", When.BEFORE),
        ("both", "standard", When.BEFORE),
        ("443", "standard", When.TOGETHER),
        ("standard", "443", When.TOGETHER),
    ],
)
def test_no_record_leads_to_a_closed_port_for_longer_than_it_must(before: str, after: str, order: When) -> None:
    steps = changed(records(before), records(after))

    assert when(steps) is order
    assert patience(steps) == 3600


def test_in_both_443_is_tried_first() -> None:
    (step,) = (step for step in changed(records("443"), records("both")) if step.key[0].to_text() == "_sips._tcp.falcot.com.")

    assert step.after is not None
    assert sorted(map(str, step.after.values)) == ["0 0 443 sip-proxy.falcot.com.", "10 0 5061 sip-proxy.falcot.com."]
