"""The pure parts of `check`: what a container, a neighbour, a name server and the last run tell."""

from pathlib import Path

import pytest

from rtcstack.errors import RequestError
from rtcstack.workflow.check import scope
from rtcstack.workflow.checks import last, neighbours
from rtcstack.workflow.checks.database import native_hash
from rtcstack.workflow.checks.namespace import Inside
from rtcstack.workflow.finding import Finding, Severity


def finding(name: str) -> Finding:
    return Finding(id=name, service="s", severity=Severity.ERROR, tried="t", happened="h", remedy="r")


def test_a_words_first_number_is_found() -> None:
    inside = Inside((("memory.max", "max"), ("memory.limit_in_bytes", "7"), ("clock", "9")), 9.0)
    assert inside.number("memory.max", "memory.limit_in_bytes") == 7
    assert inside.number("nothing") is None


def test_a_disk_is_read_and_a_header_is_not() -> None:
    rows = (
        ("Filesystem", "1024-blocks", "Used", "Available", "Capacity", "Mounted", "on"),
        ("tmpfs", "10", "4", "6", "40%", "/run"),
    )
    assert Inside(rows, 0.0).disks() == {"/run": (10, 4, 6)}


def test_two_who_answer_for_one_address_are_both_seen() -> None:
    text = "Unicast reply from 192.0.2.10 [02:42:C0:00:02:0A]  0.6ms\nUnicast reply from 192.0.2.10 [02:00:00:00:00:01]  0.7ms\n"
    assert neighbours.replies(text) == {"192.0.2.10": {"02:42:c0:00:02:0a", "02:00:00:00:00:01"}}


def test_the_databases_hash_of_a_password() -> None:
    # The server's own answer to SELECT PASSWORD('secret').
    assert native_hash("secret") == "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7"


def test_only_what_is_new_or_gone_is_told(tmp_path: Path) -> None:
    assert last.changes(tmp_path, "all", [finding("a"), finding("b")]).new == (finding("a"), finding("b"))
    again = last.changes(tmp_path, "all", [finding("b"), finding("c")])
    assert (again.new, again.gone) == ((finding("c"),), ("a",))
    assert last.changes(tmp_path, "quick", [finding("b")]).new == (finding("b"),)


def test_a_damaged_file_makes_everything_news(tmp_path: Path) -> None:
    (tmp_path / last.FILE).write_text("{")
    assert last.changes(tmp_path, "all", [finding("a")]).new == (finding("a"),)


@pytest.mark.parametrize("words", [("nonsense", "network", ""), ("", "moon", ""), ("", "network", "a.example")])
def test_a_wrong_word_is_refused(words: tuple[str, str, str]) -> None:
    with pytest.raises(RequestError):
        scope(words[0], quick=False, place=words[1], resolver=words[2])


def test_areas_are_separated_by_commas() -> None:
    assert scope("sip, turn", quick=False, place="network", resolver="").only == {"sip", "turn"}
