"""SASLprep by the examples of RFC 4013 section 3, and what follows from its tables."""

import pytest

from rtcstack.services.prosody.saslprep import saslprep


@pytest.mark.parametrize(
    ("given", "prepared"),
    [
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("p\u00e4ssw\u00f6rd", "p\u00e4ssw\u00f6rd"),
        ("pa\u0308ss", "p\u00e4ss"),
        ("one\u00a0two\u3000three", "one two three"),
        ("\u0627\u0031\u0628", "\u0627\u0031\u0628"),
    ],
)
def test_prepared(given: str, prepared: str) -> None:
    assert saslprep(given) == prepared


@pytest.mark.parametrize("given", ["\u0007", "a\ue000", "\ud800", "\u0627\u0031", "\u0627a\u0628", "", "\u0221", "\U0001f600"])
def test_prohibited(given: str) -> None:
    with pytest.raises(ValueError, match="RFC 4013"):
        saslprep(given)
