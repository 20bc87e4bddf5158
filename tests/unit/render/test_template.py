import pytest

from rtcstack.render import sql
from rtcstack.render.template import kamailio, line, lua, sqlite


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00b", "a\x7fb"])
def test_control_characters_never_reach_a_configuration(value: str) -> None:
    for quote in (lua, line, kamailio, sqlite):
        with pytest.raises(ValueError, match="control character"):
            quote(value)


def test_lua_strings_cannot_be_left() -> None:
    assert lua('"; os.execute("x") --\\') == '"\\"; os.execute(\\"x\\") --\\\\"'


@pytest.mark.parametrize("value", ['"', "\\", "$var(x)", "#!define", "a!b"])
def test_kamailio_values_cannot_become_code(value: str) -> None:
    with pytest.raises(ValueError, match="Kamailio"):
        kamailio(value)


def test_sqlite_strings_cannot_be_left() -> None:
    assert sqlite("'; DROP TABLE turn_secret; --") == "'''; DROP TABLE turn_secret; --'"


def test_sql_text_travels_as_hexadecimal() -> None:
    assert sql.text("'; DROP TABLE people; --") == "_utf8mb4 X'" + b"'; DROP TABLE people; --".hex() + "'"
    assert sql.text("") == "''"
    assert sql.number(-3) == "-3"
