"""The administrator's own file: only what must change changes, everything else stays as it was typed."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcstack.spec.edit import with_admins, with_ports

TOP = '# ours\ndomain = "falcot.com"  # the domain\n'
TABLE = '\n[network]  # the LAN\nsubnet = "198.51.100.0/24"\n'
NAMES = st.lists(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True), max_size=4, unique=True)
SHAPES = (
    "",
    "admins = []\n",
    'admins = ["roland", "ada"]  # who\n',
    "admins = ['roland']\n",
    'admins = [\n  "roland",  # boss\n  # on leave\n  "ada"\n]\n',
    'admins = ["roland", "roland"]\n',
)


@pytest.mark.parametrize(
    ("before", "admins", "after"),
    [
        ("", ["ada"], 'admins = ["ada"]\n'),
        ('admins = ["roland"]  # who\n', ["roland", "ada"], 'admins = ["roland", "ada"]  # who\n'),
        ('admins = [\n  "roland",  # boss\n  "ada",  # too\n]\n', ["ada"], 'admins = [\n  "ada",  # too\n]\n'),
        ('admins = ["roland"]\n', [], "admins = []\n"),
    ],
)
def test_only_that_line_changes(before: str, admins: list[str], after: str) -> None:
    assert with_admins(f"{TOP}{before}{TABLE}", admins) == f"{TOP}{after}{TABLE}"


@given(st.sampled_from(SHAPES), NAMES)
def test_the_file_says_what_was_wanted_and_nothing_else_changed(shape: str, admins: list[str]) -> None:
    text = with_admins(f"{TOP}{shape}{TABLE}", admins)

    data = tomllib.loads(text)
    assert sorted(data.pop("admins", [])) == sorted(admins)
    assert data == tomllib.loads(TOP + TABLE)
    assert text.startswith(TOP)
    assert text.endswith(TABLE)
    assert with_admins(text, admins) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('ports = "443"  # the switch\n', 'ports = "both"  # the switch\n'),
        ("ports = 'standard'\n", 'ports = "both"\n'),
        ("", 'ports = "both"\n'),
    ],
)
def test_only_the_switch_changes(before: str, after: str) -> None:
    assert with_ports(f"{TOP}{before}{TABLE}", "both") == f"{TOP}{after}{TABLE}"


def test_a_switch_that_stands_already_is_left_as_it_was_typed() -> None:
    text = f"{TOP}ports = 'both'\n{TABLE}"
    assert with_ports(text, "both") == text
