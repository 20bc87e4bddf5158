"""TSIG keys (RFC 8945) in the forms in which name servers' own tools write them. A key is never shown, not even by its repr."""

import base64
import binascii
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.name
import dns.tsig

from rtcstack.errors import RequestError

LARGEST = 65536
SHORTEST = 16
"""Bytes: half of what SHA-256 gives is the least that a key may hold (RFC 8945 section 8 asks for the whole)."""
ALGORITHMS = {"hmac-sha256": dns.tsig.HMAC_SHA256, "hmac-sha384": dns.tsig.HMAC_SHA384, "hmac-sha512": dns.tsig.HMAC_SHA512}

_BLOCK = re.compile(r'key\s+"?(?P<name>[^\s"{;]+)"?\s*\{(?P<body>[^}]*)\}\s*;')
_FIELD = {word: re.compile(rf'{word}\s+"?([^\s";]+)"?\s*;') for word in ("algorithm", "secret")}
_COMMENT = re.compile(r'("[^"\n]*")|/\*.*?\*/|//[^\n]*|#[^\n]*', re.DOTALL)
"""A comment, or a quoted word, in which the signs of a comment are letters of base64."""
_ITEM = re.compile(r"-?\s*(id|algorithm|secret)\s*:\s*\"?([^\s\"]+)\"?\s*")
_LINE = re.compile(r"(?:(?P<algorithm>[a-z0-9-]+):)?(?P<name>[^\s:]+):(?P<secret>[A-Za-z0-9+/=]+)")
_HINT = "Make one by `tsig-keygen NAME` or `keymgr -t NAME`, and let the name server know the same one."


@dataclass(frozen=True, slots=True)
class Key:
    """A key's name, algorithm and secret; the last is in no text that is made of it."""

    name: str
    algorithm: str
    secret: bytes = field(repr=False)

    def tsig(self) -> dns.tsig.Key:
        """Return it as dnspython wants it. Its repr shows the secret: keep it out of every message."""
        return dns.tsig.Key(self.name, self.secret, ALGORITHMS[self.algorithm])


def read_key(path: Path) -> Key:
    """Given the path of a key file that nobody else may read, return its key. Raise RequestError, without what is in the file."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as stream:
            state = os.fstat(stream.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise RequestError(f"the key file {path} is no file", hint=_HINT)
            if stat.S_IMODE(state.st_mode) & 0o077:
                raise RequestError(
                    f"the key file {path} may be read or written by others (mode {stat.S_IMODE(state.st_mode):04o})",
                    hint=f"Whoever reads it can write your zone. Type: chmod 600 {path}",
                )
            content = stream.read(LARGEST)
    except OSError as error:
        raise RequestError(f"the key file {path} cannot be read: {error.strerror}", hint="See its path and owner.") from error
    try:
        return parse_key(content.decode("utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        said = "it is no text" if isinstance(error, UnicodeDecodeError) else str(error)
        # The cause may hold the text of the file.
        raise RequestError(f"the key file {path} is not understood: {said}", hint=_HINT) from None


def parse_key(text: str) -> Key:
    """Given the text of a key file, return its one key. Raise ValueError with a reason that shows nothing of the secret."""
    found = tuple(_found(text))
    if not found:
        raise ValueError("there is no key in it")
    if len(found) > 1:
        raise ValueError(f"there are {len(found)} keys in it, one is needed")
    name, algorithm, secret = found[0]
    algorithm = algorithm.lower().rstrip(".")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"the algorithm must be one of {', '.join(ALGORITHMS)}; others are too weak")
    try:
        owner = dns.name.from_text(name)
        raw = base64.b64decode(secret, validate=True)
    except dns.exception.DNSException:
        raise ValueError("the name of the key is no DNS name") from None
    except binascii.Error:
        raise ValueError("the secret is not in base64") from None
    if len(raw) < SHORTEST:
        raise ValueError(f"the secret has less than {SHORTEST} bytes")
    return Key(name=owner.to_text(omit_final_dot=True), algorithm=algorithm, secret=raw)


def _found(text: str) -> Iterator[tuple[str, str, str]]:
    yield from _blocks(text)
    yield from _items(text)
    yield from _lines(text)


def _blocks(text: str) -> Iterator[tuple[str, str, str]]:
    # BIND's, as tsig-keygen, ddns-confgen and rndc-confgen write them.
    for block in _BLOCK.finditer(_COMMENT.sub(lambda found: found[1] or " ", text)):
        fields = {word: pattern.search(block["body"]) for word, pattern in _FIELD.items()}
        algorithm, secret = fields["algorithm"], fields["secret"]
        if algorithm is None or secret is None:
            raise ValueError("a key needs an algorithm and a secret")
        yield block["name"], algorithm[1], secret[1]


def _items(text: str) -> Iterator[tuple[str, str, str]]:
    # Knot's, as keymgr writes them: a list of keys, each with id, algorithm, secret.
    current: dict[str, str] = {}
    for line in text.splitlines():
        item = _ITEM.fullmatch(line.split("#")[0].strip())
        if item is None:
            continue
        if item[1] in current:
            raise ValueError(f"a key has its {item[1]} twice, or there are several keys in it")
        current[item[1]] = item[2]
        if len(current) == len(("id", "algorithm", "secret")):
            yield current["id"], current["algorithm"], current["secret"]
            current = {}
    if current:
        raise ValueError(f"a key has no {' and no '.join(sorted({'id', 'algorithm', 'secret'} - set(current)))}")


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    # One line, as kdig and knsupdate take it: [algorithm:]name:secret.
    for line in text.splitlines():
        found = _LINE.fullmatch(line.strip())
        if found is not None:
            yield found["name"], found["algorithm"] or "hmac-sha256", found["secret"]
