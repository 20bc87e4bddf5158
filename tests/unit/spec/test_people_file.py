"""A file of people: every row is read right, or refused with its line, its name and the reason."""

import io
import json

import pytest

from rtcstack.spec.people_file import read
from rtcstack.spec.people_lines import LONGEST
from rtcstack.spec.people_row import BadRow, Row


def rows(content: bytes) -> list[Row | BadRow]:
    return list(read(io.BytesIO(content)))


def reasons(content: bytes) -> list[tuple[int, str]]:
    found = rows(content)
    assert all(isinstance(row, BadRow) for row in found), found
    return [(row.line, row.reason) for row in found if isinstance(row, BadRow)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        ("name,password\n".encode("utf-16"), "UTF-16"),
        (b"name,pass\xff\n", "not text in UTF-8"),
        (b"name\0\n", "NUL"),
        (b"name\rroland\r", "carriage return"),
        (b"x" * (LONGEST + 1) + b"\nroland\n", "longer than 65536 octets"),
        (b"roland,secret\n", "unknown column 'roland'"),
        (b"Name\nroland\n", "unknown column 'Name'"),
        (b"name;password\nroland;x\n", "unknown column 'name;password'"),
        (b"name,password,enabled\n", "unknown column 'enabled'"),
        (b"name,name\n", "twice"),
        (b"password,admin\n", "column name is missing"),
        (b'"name\n', "unknown column"),
        (b'[{"name": "roland"}]\n', "JSON list"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_refusal(content: bytes, reason: str) -> None:
    (found,) = reasons(content)

    assert reason in found[1]


def test_csv_is_read_with_the_line_where_each_row_begins() -> None:
    content = (
        '\ufeffname,password,admin,aliases\r\nroland,secret,true,8001 8002\r\n\r\nlaura,"two\nlines, ""quoted""",,\r\nanna,,false,'
    )

    assert rows(content.encode()) == [
        Row(line=2, name="roland", password="secret", admin=True, aliases=("8001", "8002")),
        Row(line=4, name="laura", password='two\nlines, "quoted"'),
        Row(line=6, name="anna", admin=False),
    ]


def test_columns_may_stand_in_any_order_and_be_left_out() -> None:
    assert rows(b"aliases,name\n8001,roland\n") == [Row(line=2, name="roland", aliases=("8001",))]
    assert rows(b"name\nroland\n") == [Row(line=2, name="roland")]
    assert rows(b"name\n") == []


def test_bad_rows_of_csv_are_told_by_their_lines_and_the_others_are_read() -> None:
    content = (
        b"name,admin\n"
        b"roland\n"
        b"laura,true,more\n"
        b"anna,yes\n"
        b"caf\xe9,true\n"
        b"nul\0,true\n"
        b'"ada"x,true\n'
        b"good,true\n" + b"y" * LONGEST + b",\n"
        b"better,\n"
        b'"open,true\n'
    )
    found = rows(content)

    assert [(row.line, row.name) for row in found] == [
        *((2, "roland"), (3, "laura"), (4, "anna"), (5, ""), (6, ""), (7, ""), (8, "good"), (9, ""), (10, "better"), (11, "")),
    ]
    assert [row for row in found if isinstance(row, Row)] == [
        Row(line=8, name="good", admin=True),
        Row(line=10, name="better"),
    ]
    assert [row.reason.split(":")[0].split(" (")[0] for row in found if isinstance(row, BadRow)] == [
        "has 1 columns instead of 2",
        "has 3 columns instead of 2",
        "admin must be true or false",
        "is not text in UTF-8",
        "holds a NUL",
        "is not CSV, see its quotation marks",
        "is longer than 65536 octets, or a quotation mark is missing",
        "is not CSV, see its quotation marks",
    ]


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_a_long_file() -> None:
    found = rows(b'name\n"open\n' + b"person\n" * 20000 + b"last\n")

    assert isinstance(found[0], BadRow)
    assert found[0].line == 2
    assert "a quotation mark is missing" in found[0].reason
    assert found[-1] == Row(line=20003, name="last")


def test_json_lines_carry_what_csv_does_and_what_an_export_adds() -> None:
    hashes = {"kamailio": {"ha1": "00"}}
    lines = [
        {"name": "roland", "password": "secret", "admin": True, "aliases": ["8001", "8002"]},
        {"name": "laura", "aliases": "8003  8004", "enabled": False, "realm": "falcot.com", "hashes": hashes},
        {"name": "anna", "password": None, "admin": None, "aliases": None, "enabled": None, "hashes": None},
    ]
    content = "\ufeff\n" + "\n\n".join(map(json.dumps, lines))

    assert rows(content.encode()) == [
        Row(line=2, name="roland", password="secret", admin=True, aliases=("8001", "8002")),
        Row(line=4, name="laura", aliases=("8003", "8004"), enabled=False, realm="falcot.com", hashes=hashes),
        Row(line=6, name="anna"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "is no JSON object"),
        ("null", "is no JSON object"),
        ("[" * 20000, "is not JSON"),
        ("1" * 5000, "is not JSON"),
        ("{}", "the key name is missing"),
        ('{"name": 8001}', "name must be text"),
        ('{"name": "x", "name": "y"}', "has a key twice"),
        ('{"name": "x", "hashes": {"a": {}, "a": {}}}', "has a key twice"),
        ('{"name": "x", "passwort": "y"}', "unknown key 'passwort'"),
        ('{"name": "x", "password": 1}', "password must be text"),
        ('{"name": "x", "password": "\\ud800"}', "lone surrogate"),
        ('{"name": "x", "admin": "true"}', "admin must be true or false"),
        ('{"name": "x", "enabled": 1}', "enabled must be true or false"),
        ('{"name": "x", "aliases": [8001]}', "aliases must be"),
        ('{"name": "x", "aliases": {}}', "aliases must be"),
        ('{"name": "x", "realm": []}', "realm must be text"),
        ('{"name": "x", "hashes": []}', "hashes must be"),
        ('{"name": "x", "hashes": {"kamailio": "00"}}', "hashes must be"),
        ('{"name": "x", "hashes": {"kamailio": {"ha1": 1}}}', "hashes must be"),
    ],
)
def test_bad_json_lines_are_told_and_the_others_are_read(line: str, reason: str) -> None:
    found = rows(f'{{"name": "before"}}\n{line}\n{{"name": "after"}}\n'.encode())

    assert [found[0], found[2]] == [Row(line=1, name="before"), Row(line=3, name="after")]
    assert isinstance(found[1], BadRow)
    assert found[1].line == 2
    assert reason in found[1].reason


def test_a_refusal_can_be_shown_on_a_terminal_and_tells_no_password() -> None:
    (row,) = rows('name,password\n"\x1b[2J\u202e\nmid",geheim,x\n'.encode())

    assert str(row) == "line 2: \\x1b[2J\\u202e\\nmid: has 3 columns instead of 2"
    (row,) = rows(json.dumps({"name": "x" * 1000, "password": "geheim", "aliases": 1}).encode())
    assert "geheim" not in str(row)
    assert len(str(row)) < 200
    assert "geheim" not in repr(Row(line=1, name="roland", password="geheim", hashes={"a": {"b": "geheim"}}))
