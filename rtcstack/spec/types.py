"""Values that cannot be wrong: names, domains and link names, checked where they are made."""

import re
from typing import Annotated

from pydantic import AfterValidator

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_STACK = re.compile(r"[a-z][a-z0-9]{0,9}")
_LINK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")
_PERSON = re.compile(r"[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?")

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
    """Given text, return it as a person's name: XMPP localpart, SIP user part and TURN username at once. Raise ValueError."""
    if not _PERSON.fullmatch(value):
        raise ValueError("must be 1 to 64 lower-case letters, digits, '.', '_' or '-', beginning and ending with a letter or digit")
    return value


Domain = Annotated[str, AfterValidator(domain_name)]
HostLabel = Annotated[str, AfterValidator(host_label)]
StackName = Annotated[str, AfterValidator(stack_name)]
LinkName = Annotated[str, AfterValidator(link_name)]
PersonName = Annotated[str, AfterValidator(person_name)]
