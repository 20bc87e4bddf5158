"""Options of all tests."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that writes golden trees anew."""
    parser.addoption("--update-golden", action="store_true", help="Write the golden trees as they are given now.")
