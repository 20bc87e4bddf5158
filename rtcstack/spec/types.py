"""Values that cannot be wrong: names, domains and link names, checked where they are made."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_STACK = re.compile(r"[a-z][a-z0-9]{0,9}")
_LINK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")
# What RFC 8659 section 4.2 lets stand in a parameter's value, without what ends or escapes a quoted string in a zone file.
_ACCOUNT = re.compile(r"https://[!#-:<-\[\]-~]+")
_METHOD = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
_PERSON = re.compile(r"(?=.{1,64}\Z)[a-z0-9]+([._-][a-z0-9]+)*")
_NUMBER = re.compile(r"\+[1-9][0-9]{1,14}|(?=[0-9*]*[0-9])[0-9*]{1,32}")
_EXTENSION = re.compile(r"[0-9]+")

EMERGENCY = frozenset({"000", "110", "111", "112", "113", "115", "117", "118", "119", "144", "15", "17", "18", "911", "999"})
"""Numbers that people dial when they need help, in Europe, the Americas, Asia and Oceania (not every country's): nobody may take
one, so that a wrong prefix or a phone that believes to have a way out never ends at a colleague's desk."""

MAX_DOMAIN = 200
"""Characters; leaves room for `_xmpp-server._tcp.conference.` under the 253 of RFC 1035."""


def domain_name(value: str) -> str:
    """Given text, return it as a domain of lower-case LDH labels (RFC 1123, A-labels for IDN). Raise ValueError."""
    labels = value.split(".")
    if len(value) > MAX_DOMAIN or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("must be a domain in lower case with at least one dot, like falcot.com (an IDN as xn--…)")
    if labels[-1].isdigit():
        raise ValueError("must be a domain name, not an IP address")
    return value


def host_label(value: str) -> str:
    """Given text, return it as one host-name label below the domain. Raise ValueError."""
    if not _LABEL.fullmatch(value):
        raise ValueError("must be one label of lower-case letters, digits and inner hyphens, like turn-server")
    return value


def stack_name(value: str) -> str:
    """Given text, return it as the name of a stack (links are named after it: at most 15 characters). Raise ValueError."""
    if not _STACK.fullmatch(value):
        raise ValueError("must begin with a letter and have at most 10 lower-case letters and digits")
    return value


def link_name(value: str) -> str:
    """Given text, return it as a network interface name (Linux: at most 15 characters). Raise ValueError."""
    if not _LINK.fullmatch(value):
        raise ValueError("must be a network interface name of at most 15 letters, digits, '.', '_' or '-', like eth0")
    return value


def person_name(value: str) -> str:
    """Given text, return it as a person's name: XMPP localpart, SIP user part and TURN username at once. Raise ValueError.

    There is one way to write a name, so that no client takes two for one: what clients fold is not allowed to begin with. That is
    case and width (RFC 8265 maps both), dots at an end, and, where RFC 3966 ignores them, separators: in what is a number but
    for them. Separators never stand together. Clients do tell `anna-lee`, `anna.lee` and `anna_lee` apart, so all may exist.
    """
    if not _PERSON.fullmatch(value):
        raise ValueError("must be 1 to 64 lower-case letters and digits, with single '.', '_' or '-' between them")
    bare = re.sub(r"[._-]", "", value)
    if bare != value and _EXTENSION.fullmatch(bare):
        raise ValueError(f"must not be a number with separators, which phones leave out ({bare})")
    _nobodys(value)
    return value


def account_uri(value: str) -> str:
    """Given text, return it as the URI of an account at a CA (RFC 8657 section 3). Raise ValueError."""
    if len(value) > 200 or not _ACCOUNT.fullmatch(value):
        raise ValueError("must be the account's URI, like https://acme-v02.api.letsencrypt.org/acme/acct/1234")
    return value


def number_prefix(value: str) -> str:
    """Given text, return it as the beginning of telephone numbers, `+` and a country's code first (E.164). Raise ValueError."""
    if not re.fullmatch(r"\+[1-9][0-9]{1,13}", value):
        raise ValueError("must be + and 2 to 14 digits, beginning with the country's code, like +49301234")
    return value


def validation_method(value: str) -> str:
    """Given text, return it as the name of an ACME validation method (RFC 8657 section 4). Raise ValueError."""
    if not _METHOD.fullmatch(value):
        raise ValueError("must be the name of a validation method, like dns-01")
    return value


def alias_name(value: str) -> str:
    """Given text, return it as a further name of a person: another name, or a number to dial. Raise ValueError.

    A number is of digits and `*`, at most 32, or `+` and a number with its country's code (E.164).
    """
    if not _NUMBER.fullmatch(value):
        try:
            return person_name(value)
        except ValueError as error:
            raise ValueError(f"{error}; or a number: digits and '*', or '+' and 2 to 15 digits") from None
    _nobodys(value)
    return value


def _nobodys(value: str) -> None:
    if value.strip("+*") in EMERGENCY:
        raise ValueError(f"must not be an emergency number ({value.strip('+*')})")


def canonical_name(value: str) -> str:
    """Given text, return the name that it may be meant to be: width and case mapped as RFC 8265 does, without dots at its ends."""
    return unicodedata.normalize("NFKC", value).strip().strip("._-").lower()


Domain = Annotated[str, AfterValidator(domain_name)]
HostLabel = Annotated[str, AfterValidator(host_label)]
StackName = Annotated[str, AfterValidator(stack_name)]
LinkName = Annotated[str, AfterValidator(link_name)]
PersonName = Annotated[str, AfterValidator(person_name)]
AccountUri = Annotated[str, AfterValidator(account_uri)]
NumberPrefix = Annotated[str, AfterValidator(number_prefix)]
ValidationMethod = Annotated[str, AfterValidator(validation_method)]
