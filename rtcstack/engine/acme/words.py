"""What a CA says when it says no, as a sentence with what to type next. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rtcstack.errors import RtcstackError

STAY = "What is in use stays in use."
CLOSED = "Move its secrets/acme-*.key and .json away: the next command makes another account."
_HINTS = {
    "accountDoesNotExist": CLOSED,
    "badCSR": "Another `key_type` may help; else see what the CA says.",
    "caa": "CAA records do not let this CA certify the name: `rtcstack zone` prints the right ones for our host names; one at the"
    " bare domain must name the CA too.",
    "connection": "The CA could not reach your name servers: are they reachable from the Internet?",
    "dns": "The CA could not look the name up: `rtcstack dns check` asks the domain's name servers.",
    "dnssec": "The zone's signatures are wrong: `rtcstack dns check` shows them.",
    "externalAccountRequired": "Set certificates.acme.eab_kid and eab_key_file: the CA gives both to its customers.",
    "invalidContact": "Set certificates.acme.contact to a mail address that the CA can write to.",
    "unsupportedContact": "Set certificates.acme.contact to a mail address that the CA can write to.",
    "invalidProfile": "Set certificates.acme.profile to one that the CA offers: `rtcstack certs acme show --ask`.",
    "rateLimited": "Nothing is wrong here: the CA counts certificates and failed tries by account and domain.",
    "rejectedIdentifier": "The CA does not certify this name: is it a name of the public DNS?",
    "unauthorized": "The CA did not find it: does the world ask the name server that is in certificates.acme.server?",
    "incorrectResponse": "The CA found something else: does the world ask the name server that is in certificates.acme.server?",
    "userActionRequired": "The CA wants you to do something first, on its own page.",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One problem document of a CA (RFC 7807): its type's last word, its text, the name that it is about, those in it."""

    code: str
    detail: str
    name: str = ""
    parts: tuple["Complaint", ...] = ()

    def lines(self) -> Iterable[str]:
        """Yield what is said, the name first, those in it too."""
        # What a stranger says must not write to the terminal on its own account.
        text = "".join(letter if letter.isprintable() else " " for letter in self.detail[:600])
        said = text.strip().rstrip(".") or self.code or "no reason given"
        yield f"{self.name}: {said}" if self.name else said
        for part in self.parts:
            yield from part.lines()


class CaError(RtcstackError):
    """A CA that refused, or did not answer as it must. `code` as in RFC 8555 section 6.7, "" if it is none of these.

    `retry_at` is the time before which the CA does not want to be asked again.
    """

    def __init__(self, message: str, *, hint: str = "", code: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.retry_at = retry_at


def refusal(place: str, complaint: Complaint, retry_at: datetime | None = None) -> CaError:
    """Given the CA's host, what it complains about, and when it may be asked again, return the error."""
    hint = _HINTS.get(complaint.code) or next((_HINTS[part.code] for part in complaint.parts if part.code in _HINTS), "")
    later = "" if retry_at is None else f" It may be asked again after {retry_at:%Y-%m-%d %H:%M} UTC."
    said = "; ".join(dict.fromkeys(complaint.lines()))
    what = "has had enough requests for now" if complaint.code == "rateLimited" else "refuses"
    code = f" ({complaint.code})" if complaint.code else ""
    return CaError(f"{place} {what}{code}: {said}", hint=f"{hint}{later} {STAY}".strip(), code=complaint.code, retry_at=retry_at)


def silent(place: str, why: str) -> CaError:
    """Given the CA's host and why there is no answer, return the error."""
    return CaError(f"{place} gives no answer: {why}", hint=f"Is the way there open, and the clock right? {STAY}")
