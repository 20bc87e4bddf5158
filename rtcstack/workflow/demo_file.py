"""The demo's own `rtcstack.toml`: a header marks it, and a digest in the header tells when somebody has edited it."""

import hashlib
import re
import tomllib
from enum import Enum
from pathlib import Path

from rtcstack.errors import RequestError
from rtcstack.spec.load import FILE

DOMAIN = "falcot.com"
_HEADER = re.compile(r"# The demo of rtcstack, made by script/demo \(([0-9a-f]{16})\)\.")
_BODY = f"""\
# An edited file is yours: `script/demo --down` leaves it alone then, and `rtcstack down --volumes` takes the stack away.
domain = "{DOMAIN}"
admins = ["roland"]

[network]
# A private network on this host, in ranges that are reserved for documentation, so that nothing outside can be meant.
subnet = "198.51.100.0/24"
"""
_IPV6 = 'subnet6 = "2001:db8:1000:2000::/64"\n'
_END = """
[services.dns]
# A name server for the demo's zone: whoever uses it as resolver finds everything, as on the Internet.
enabled = true
"""


class Mark(Enum):
    """Whose file it is."""

    NONE = "there is no file"
    DEMO = "the demo's own"
    EDITED = "the demo's, edited"
    FOREIGN = "somebody's own"


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def demo_text(*, ipv6: bool = True) -> str:
    """Return the demo's file; a host that has IPv6 switched off gets one without."""
    body = _BODY + (_IPV6 if ipv6 else "") + _END
    return f"# The demo of rtcstack, made by script/demo ({_digest(body)}).\n{body}"


def mark(text: str) -> Mark:
    """Given the text of a file, return whose it is: the header, the digest of what follows it, and the domain must all fit."""
    first, _, body = text.partition("\n")
    header = _HEADER.fullmatch(first)
    if header is None or _domain(text) != DOMAIN:
        return Mark.FOREIGN
    return Mark.DEMO if header[1] == _digest(body) else Mark.EDITED


def _domain(text: str) -> object:
    try:
        return tomllib.loads(text).get("domain")
    except tomllib.TOMLDecodeError:
        return None


def mark_of(directory: Path) -> Mark:
    """Given a directory, return whose file is in it. Raise RequestError if it cannot be read."""
    path = directory / FILE
    try:
        return mark(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Mark.NONE
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path} cannot be read: {error}", hint="See its owner, mode and encoding (UTF-8).") from error


def foreign(directory: Path) -> RequestError:
    """Given a directory with somebody's own file, return the refusal to touch it."""
    return RequestError(
        f"{directory / FILE} is not the demo's: nothing was touched",
        hint="Run the demo in another checkout, or work with this installation: `rtcstack status`.",
    )
