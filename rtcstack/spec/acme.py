"""`[certificates.acme]`: the public CA, our account there, and the name server that takes our proofs."""

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from rtcstack.spec.frozen import Frozen
from rtcstack.spec.types import Domain

PRODUCTION = "https://acme-v02.api.letsencrypt.org/directory"
STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory"
"""The CA that is used if no other is named; its staging directory issues certificates that nobody trusts, as often as you like."""

_URL = re.compile(r"https://[A-Za-z0-9.\[\]:_-]+(/[!-~]*)?")
_MAIL = re.compile(r"(?=.{3,254}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
_WORD = re.compile(r"[!-~]{1,512}")
_PROFILE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9_]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?")
_PLACE = re.compile(r"\[(?P<six>[^\]]+)\](:(?P<port>\d{1,5}))?|(?P<host>[^:]+)(:(?P<port2>\d{1,5}))?")


def directory_url(value: str) -> str:
    """Given text, return it as the address of a CA's directory. Raise ValueError."""
    if len(value) > 500 or not _URL.fullmatch(value):
        raise ValueError(f"must be the https address of an ACME directory, like {STAGING}")
    return value


def mail_address(value: str) -> str:
    """Given text, return it as a mail address. Raise ValueError."""
    if not _MAIL.fullmatch(value):
        raise ValueError("must be a mail address, like hostmaster@falcot.com")
    return value


def key_identifier(value: str) -> str:
    """Given text, return it as the identifier of a key for an external account. Raise ValueError."""
    if not _WORD.fullmatch(value):
        raise ValueError("must be the identifier that the CA gave you, without spaces")
    return value


def profile_name(value: str) -> str:
    """Given text, return it as the name of a CA's profile. Raise ValueError."""
    if not _PROFILE.fullmatch(value):
        raise ValueError("must be the name of a profile of the CA, like shortlived")
    return value


def name_server(value: str) -> str:
    """Given text, return it as a name server: an address or a name, with a port if it is not 53. Raise ValueError."""
    bare = _is_address(value)
    found = None if bare else _PLACE.fullmatch(value)
    good = bare
    if found is not None:
        port = int(found["port"] or found["port2"] or 53)
        host = found["six"] or found["host"]
        named = bool(_HOST.fullmatch(host)) and not host.rstrip(".").rsplit(".", 1)[-1].isdigit()
        good = 0 < port < 65536 and (_is_address(host) or (named and not found["six"]))
    if not good:
        raise ValueError("must be a name server: 192.0.2.53, [2001:db8::53]:5353 or ns1.example.net")
    return value


def file_path(value: str) -> str:
    """Given text, return it as the path of a file. Raise ValueError."""
    if not value or not value.isprintable():
        raise ValueError("must be the path of a file")
    return value


Path = Annotated[str, AfterValidator(file_path)]


class AcmeSpec(Frozen):
    """A CA with ACME (RFC 8555), and the name server (RFC 2136) at which the names are proven by DNS-01."""

    directory: Annotated[str, AfterValidator(directory_url)] | None = None
    production: bool = False
    ca_file: Path | None = None
    contact: Annotated[str, AfterValidator(mail_address)] | None = None
    eab_kid: Annotated[str, AfterValidator(key_identifier)] | None = None
    eab_key_file: Path | None = Field(default=None, validate_default=True)
    profile: Annotated[str, AfterValidator(profile_name)] | None = None
    server: Annotated[str, AfterValidator(name_server)]
    key_file: Path
    challenge_domain: Domain | None = None

    @field_validator("production")
    @classmethod
    def _default_only(cls, value: bool, found: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic's shape
        if value and found.data.get("directory") is not None:
            raise ValueError("is for the default CA: leave it out, or leave `directory` out")
        return value

    @field_validator("eab_key_file")
    @classmethod
    def _both_or_none(cls, value: str | None, found: ValidationInfo) -> str | None:
        if "eab_kid" in found.data and (value is None) != (found.data["eab_kid"] is None):
            raise ValueError("an external account has both `eab_kid` and `eab_key_file`")
        return value

    @property
    def url(self) -> str:
        """The directory to use."""
        return self.directory or (PRODUCTION if self.production else STAGING)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
