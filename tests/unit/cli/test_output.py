"""Lists as JSON: one object, written while it is made."""

import json
from collections.abc import Iterator, Mapping

import pytest

from rtcstack.cli.output import say_json_list
from rtcstack.errors import WorldError


@pytest.mark.parametrize("items", [[], [{"name": "ada"}], [{"name": "ada"}, {"name": 'b"ö', "aliases": ["1"]}]])
def test_a_list_is_one_object(items: list[dict[str, object]], capsys: pytest.CaptureFixture[str]) -> None:
    say_json_list("people", iter(items))

    written = capsys.readouterr().out
    assert json.loads(written) == {"schema": 1, "people": items}
    assert written.endswith("\n")


def test_an_item_is_written_before_the_next_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    def made() -> Iterator[Mapping[str, object]]:
        yield {"name": "ada"}
        assert '"ada"' in capsys.readouterr().out
        yield {"name": "bo"}

    say_json_list("people", made())


def test_a_list_that_breaks_off_is_no_json_and_one_that_never_begins_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(number: int) -> Iterator[Mapping[str, object]]:
        yield from ({"name": "ada"} for _ in range(number))
        raise WorldError("away")

    with pytest.raises(WorldError):
        say_json_list("people", broken(0))
    assert capsys.readouterr().out == ""
    with pytest.raises(WorldError):
        say_json_list("people", broken(1))
    with pytest.raises(json.JSONDecodeError):
        json.loads(capsys.readouterr().out)
