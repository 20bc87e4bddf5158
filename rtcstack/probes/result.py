"""What a probe found, and the one exception by which it says that an answer was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rtcstack.plan.listener import Listener


class WrongAnswerError(Exception):
    """Something answered, but not as the protocol wants it; the text says what came instead, `code` in one word for programs."""

    def __init__(self, text: str, code: str = "wrong") -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Roots:
    """Whom to believe, in PEM: `default`, and others for the listeners at some addresses (as text)."""

    default: bytes
    by_address: Mapping[str, bytes] = field(default_factory=dict)

    def of(self, listener: Listener) -> bytes:
        """Given a listener, return the roots by which its certificate is verified."""
        return self.by_address.get(str(listener.address), self.default)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A good answer: in words, the SHA-256 of the leaf certificate's DER in hex ("" without TLS), and what was told besides.

    `facts`: `realm`, and `sees` (our address as the server sees it), of TURN and STUN; `tls` and `alpn` of a connection.
    """

    happened: str
    certificate_sha256: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One listener, asked in its own protocol.

    `tried` and `happened` are whole phrases for people, `seconds` is the time until the answer or the failure. `code` is "" for
    a good answer, else why there was none, in one word: refused, timeout, unreachable, reset, closed, tls, expired, early, name,
    issuer, certificate, failed, or a probe's own. A certificate that is refused is told by its digest all the same.
    """

    listener: Listener
    ok: bool
    tried: str
    happened: str
    seconds: float
    certificate_sha256: str = ""
    code: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
