"""What a probe found, and the one exception by which it says that an answer was wrong."""

from dataclasses import dataclass

from rtcstack.plan.listener import Listener


class WrongAnswerError(Exception):
    """Something answered, but not as the protocol wants it; the text says what came instead."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A good answer: in words, and the SHA-256 of the leaf certificate's DER in hex ("" without TLS)."""

    happened: str
    certificate_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """One listener, asked in its own protocol.

    `tried` and `happened` are whole phrases for people, `seconds` is the time until the answer or the failure.
    """

    listener: Listener
    ok: bool
    tried: str
    happened: str
    seconds: float
    certificate_sha256: str = ""
