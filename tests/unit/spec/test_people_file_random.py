"""Whatever a file of people holds: nothing but a right parse or the documented refusal comes of it."""

import csv
import io
import json
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rtcstack.spec.people_file import read
from rtcstack.spec.people_lines import LONGEST
from rtcstack.spec.people_row import COLUMNS, BadRow, Row
from tests.unit.spec.hostile import HOSTILE, hostile_text

FIELD = hostile_text.filter(lambda text: "\0" not in text and "\r" not in text)
ALIASES = st.lists(
    st.sampled_from(["8001", "reception", "ada.l", *HOSTILE]).filter(lambda text: text.split() == [text]), max_size=3
)
PERSON = st.fixed_dictionaries(
    {"name": FIELD, "password": FIELD, "admin": st.sampled_from(["", "true", "false"]), "aliases": ALIASES.map(" ".join)}
)
TRUTH = {"": None, "true": True, "false": False}


def rows(content: bytes) -> list[Row | BadRow]:
    return list(read(io.BytesIO(content)))


def well_formed(found: list[Row | BadRow], content: bytes) -> None:
    """Check what must be true of every answer: lines ascend within the file, and refusals can be shown."""
    numbers = [row.line for row in found]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= max(content.count(b"\n") + 1, 1) for number in numbers)
    for row in found:
        if isinstance(row, BadRow):
            assert str(row).isprintable()
            assert len(str(row)) < 1200
        else:
            json.dumps([row.name, row.password, *row.aliases], ensure_ascii=False).encode()


@given(st.binary())
def test_any_octets_are_rows_or_refusals(content: bytes) -> None:
    well_formed(rows(content), content)


@given(
    st.binary(),
    st.sampled_from([b"name\n", b"name,password\r\n", b"\xef\xbb\xbfname,password,admin,aliases\n", b'{"name": "x"}\n']),
)
def test_any_octets_after_a_right_beginning_are_rows_or_refusals(content: bytes, begin: bytes) -> None:
    well_formed(rows(begin + content), begin + content)


# The first text that is ever drawn builds a table of all characters: slow, once.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(PERSON, max_size=5),
    st.permutations(COLUMNS),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_a_csv_writer_writes_is_read_as_it_was(
    people: list[dict[str, str]],
    columns: list[str],
    quoting: int,
    end: str,
    bom: bool,  # noqa: FBT001 - drawn
) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, quoting=quoting, lineterminator=end)  # type: ignore[arg-type] # drawn as an integer
    writer.writeheader()
    writer.writerows(people)
    content = ("\ufeff" * bom + text.getvalue()).encode()
    found = rows(content)

    well_formed(found, content)
    assert [(row.name, row.password, row.admin, row.aliases) for row in found if isinstance(row, Row)] == [
        (person["name"], person["password"], TRUTH[person["admin"]], tuple(person["aliases"].split())) for person in people
    ]
    assert len(found) == len(people)


@given(st.text(alphabet="abc,;\"'\n\t |", max_size=60))
def test_noise_of_any_dialect_is_rows_or_refusals(noise: str) -> None:
    content = f"name,password\n{noise}".encode()
    well_formed(rows(content), content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*COLUMNS, "enabled", "realm", "hashes", "shell"]), JSON | hostile_text))
def test_any_object_is_a_row_or_a_refusal(data: dict[str, object]) -> None:
    content = json.dumps(data).encode()
    (found,) = rows(content)

    well_formed([found], content)
    if isinstance(found, Row):
        assert found.name == data["name"]
        assert found.password == (data.get("password") or "")
        assert "shell" not in data


@given(st.lists(PERSON, min_size=1, max_size=5), st.sampled_from([json.dumps, lambda data: json.dumps(data, ensure_ascii=False)]))
def test_what_a_json_writer_writes_is_read_as_it_was(people: list[dict[str, str]], dump: Callable[[object], str]) -> None:
    content = "\n".join(dump({**person, "admin": TRUTH[person["admin"]]}) for person in people).encode()

    assert [(row.name, row.password, row.admin, row.aliases) for row in rows(content) if isinstance(row, Row)] == [
        (person["name"], person["password"], TRUTH[person["admin"]], tuple(person["aliases"].split())) for person in people
    ]


@settings(max_examples=20)
@given(st.integers(min_value=LONGEST - 5, max_value=LONGEST + 5), st.sampled_from([b"\n", b"", b"\r\n"]))
def test_the_limit_of_a_row_is_the_same_everywhere(length: int, end: bytes) -> None:
    line = b"x" * length + end
    (found,) = rows(b"name\n" + line)

    assert isinstance(found, Row) == (len(line) <= LONGEST)
