"""SASLprep (RFC 4013): the form of a password that servers and clients hash, so that both get the same bytes."""

import stringprep
import unicodedata

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
    stringprep.in_table_a1,
)


def saslprep(text: str) -> str:
    """Given a password, return it prepared. Raise ValueError if it is empty then, or holds what RFC 4013 prohibits."""
    mapped = "".join(" " if stringprep.in_table_c12(char) else char for char in text if not stringprep.in_table_b1(char))
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    if not prepared or any(table(char) for char in prepared for table in _PROHIBITED):
        raise ValueError("is empty or holds a character that RFC 4013 prohibits")
    if any(map(stringprep.in_table_d1, prepared)):
        # RFC 3454 section 6: right-to-left text must not be mixed, and must begin and end with such a character.
        ends = stringprep.in_table_d1(prepared[0]) and stringprep.in_table_d1(prepared[-1])
        if not ends or any(map(stringprep.in_table_d2, prepared)):
            raise ValueError("mixes directions of writing in a way that RFC 4013 prohibits")
    return prepared
