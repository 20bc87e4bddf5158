"""Names: one way to write each, in every protocol."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcstack.spec.types import EMERGENCY, alias_name, canonical_name, person_name

NAMES = st.from_regex(r"[a-z0-9._-]{1,66}", fullmatch=True)
ANYTHING = st.one_of(st.text(max_size=70), NAMES, st.from_regex(r"[A-Za-z0-9._+*#%@ -]{1,12}", fullmatch=True))


def takes(rule: object, word: str) -> bool:
    assert callable(rule)
    try:
        return bool(rule(word) == word)
    except ValueError:
        return False


def username_case_mapped(text: str) -> str | None:
    """Given text, return what the profile UsernameCaseMapped of RFC 8265 (3.3.2) makes of it; None: not of its class.

    Written down for what our names are made of: width mapping, lower case, NFC, then IdentifierClass of RFC 8264 (letters, digits
    and the ASCII that is visible, 9.1 to 9.11); whatever else there is counts as outside.
    """
    wide = "".join(unicodedata.normalize("NFKC", char) if unicodedata.east_asian_width(char) in "FH" else char for char in text)
    mapped = unicodedata.normalize("NFC", wide.lower())
    inside = all("!" <= char <= "~" or unicodedata.category(char) in {"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"} for char in mapped)
    return mapped if mapped and inside else None


@given(ANYTHING)
def test_what_is_taken_stays_what_it_is_in_every_protocol(word: str) -> None:
    if not takes(person_name, word):
        return
    assert username_case_mapped(word) == word
    # RFC 7622 section 3.3.1: not in a localpart. RFC 3261 section 25.1: user part without escapes. RFC 8489: no colon.
    assert not set(word) & set("\"&'/:<>@")
    assert re.fullmatch(r"[A-Za-z0-9\-_.!~*'()&=+$,;?/]+", word)
    assert len(word.encode()) <= 64


@given(ANYTHING, ANYTHING)
def test_no_two_names_are_one_to_a_client(one: str, other: str) -> None:
    if one == other or not (takes(person_name, one) and takes(person_name, other)):
        return
    assert username_case_mapped(one) != username_case_mapped(other)
    assert one.casefold().rstrip(".") != other.casefold().rstrip(".")


@given(ANYTHING)
def test_a_number_is_written_without_what_phones_leave_out(word: str) -> None:
    # RFC 3966 section 3: visual separators do not count.
    digits = re.sub(r"[-.()_ ]", "", word)
    if takes(alias_name, word) and digits.strip("+*").isdigit():
        assert word == digits


@given(ANYTHING)
def test_what_is_meant_is_meant_again(word: str) -> None:
    meant = canonical_name(word)
    assert canonical_name(meant) == meant or not takes(person_name, meant)
    if takes(person_name, word):
        assert meant == word


@pytest.mark.parametrize(
    "word",
    ["", ".", "a.", ".a", "a..b", "a-_b", "xn--a", "80-01", "8.0.0.1", "1-1-2", "a b", "Anna", "a\u0308", "+49", "x" * 65, "a\n"],
)
def test_a_name_that_could_be_another_is_refused(word: str) -> None:
    assert not takes(person_name, word)


@pytest.mark.parametrize("word", ["anna-lee", "anna.lee", "anna_lee", "a", "8001", "a-1", "1a", "20-b", "x" * 64])
def test_other_names_are_taken(word: str) -> None:
    assert takes(person_name, word)


@pytest.mark.parametrize("word", ["8001", "+4930123456", "*97", "*98*8001", "0049301", "rm", "roland.mas"])
def test_numbers_to_dial_are_aliases(word: str) -> None:
    assert takes(alias_name, word)


@pytest.mark.parametrize(
    "word", ["+", "*", "**", "+0123", "+1", "#1", "8001#", "80 01", "+49-30", "sip:8001", "*" + "1" * 32, "Rm", "%38001"]
)
def test_other_numbers_are_no_aliases(word: str) -> None:
    assert not takes(alias_name, word)


@pytest.mark.parametrize("word", sorted(EMERGENCY))
def test_nobody_is_an_emergency_number(word: str) -> None:
    for name in (word, f"*{word}", f"+{word}", f"{word}*"):
        assert not takes(alias_name, name)
    assert not takes(person_name, word)
    assert takes(alias_name, f"{word}0")
