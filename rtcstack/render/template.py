"""Jinja for the servers' own syntaxes: undefined values are errors, and each syntax has one quoting filter."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
HEADER = "made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`"


def _clean(value: object) -> str:
    text = str(value)
    if _CONTROL.search(text):
        raise ValueError("a control character never belongs in a configuration value")
    return text


def lua(value: object) -> str:
    """Given a value, return it as a Lua string literal (Lua 5.4 manual, section 3.1)."""
    return '"' + _clean(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def line(value: object) -> str:
    """Given a value, return it for a directive that ends with its line (coturn's `key=value`). Raise ValueError if it cannot."""
    return _clean(value)


def kamailio(value: object) -> str:
    """Given a value, return it as a Kamailio string literal. Raise ValueError for what could end or change it."""
    text = _clean(value)
    if any(char in text for char in '"\\$#!'):
        raise ValueError("quotes, backslashes and '$' never belong in a Kamailio value")
    return f'"{text}"'


def sqlite(value: object) -> str:
    """Given a value, return it as an SQLite string literal (SQLite, "Literal Values")."""
    return "'" + _clean(value).replace("'", "''") + "'"


@cache
def _environment(package: str) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only what renders needs it

    environment = Environment(  # noqa: S701 - not HTML: each syntax has its own filter
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"lua": lua, "line": line, "kamailio": kamailio, "sqlite": sqlite}
    environment.globals["header"] = HEADER
    return environment


def render(package: str, template: str, /, **values: object) -> bytes:
    """Given a package with a `templates` folder and a template's name, return the rendered file. Raise jinja2.TemplateError."""
    return _environment(package).get_template(template).render(values).encode()
