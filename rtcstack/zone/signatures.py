"""Whether a zone's DNSSEC signatures hold (RFC 4035 section 5), from what one server told. Pure, the clock is passed in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dns.dnssec
import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

Signed = tuple[dns.rrset.RRset, dns.rrset.RRset | None]
"""A set with its signatures, or with none."""
DIGESTS = {2: "SHA256", 4: "SHA384"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """What a server's signatures say: whether the zone is signed, what does not hold, and when the first one runs out (epoch)."""

    signed: bool
    problems: tuple[str, ...] = ()
    until: int | None = None


def signatures(origin: dns.name.Name, keys: Signed | None, answers: Iterable[Signed], now: float) -> Signatures:
    """Given a zone's origin, its DNSKEY set (None: there is none), sets that it served, and the time, return what holds."""
    if keys is None:
        return Signatures(signed=False)
    sets = (keys, *answers)
    problems = [problem for each in sets for problem in _problem(origin, keys[0], each, now)]
    ends = [int(value.expiration) for _, signed in sets for value in signed or () if isinstance(value, RRSIG)]
    return Signatures(signed=True, problems=tuple(dict.fromkeys(problems)), until=min(ends, default=None))


def trusted(origin: dns.name.Name, keys: Iterable[object], ds: Iterable[object]) -> bool:
    """Given a zone's origin, its keys and the DS records of the zone above, return whether one of these names one of those."""
    told = {str(value).lower() for value in ds}
    made = {
        str(dns.dnssec.make_ds(origin, key, digest)).lower()
        for key in keys
        if isinstance(key, DNSKEY)
        for digest in DIGESTS.values()
    }
    return bool(told & made)


def _problem(origin: dns.name.Name, keys: dns.rrset.RRset, found: Signed, now: float) -> Iterator[str]:
    rrset, signed = found
    text = f"{rrset.name.to_text(omit_final_dot=True)} {dns.rdatatype.to_text(rrset.rdtype)}"
    if signed is None:
        yield f"{text} has no signature"
        return
    try:
        dns.dnssec.validate(rrset, signed, {origin: keys}, now=now)
    except dns.exception.ValidationFailure:
        ended = all(int(value.expiration) < now for value in signed if isinstance(value, RRSIG))
        yield f"the signature of {text} has run out" if ended else f"the signature of {text} is wrong"
    except dns.exception.DNSException as error:
        yield f"the signature of {text} cannot be checked: {type(error).__name__}"
