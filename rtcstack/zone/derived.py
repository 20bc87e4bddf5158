"""Records that follow from others or from the file: CAA at our own host names, TLSA where TLS is spoken, ENUM for numbers."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import dns.name

from rtcstack.plan.listener import Listener, Transport
from rtcstack.plan.record import Record, name, record
from rtcstack.spec.model import CaaSpec, EnumSpec
from rtcstack.zone.values import addresses

NOBODY = '";"'
"""The CAA value that allows no CA at all."""
_PRIVATE = "no public CA may certify this name: our own does (RFC 8659)"
_PUBLIC = "of all public CAs only this one may certify this name (RFC 8659), for that account if one is given (RFC 8657)"
_PROOF = "lets the public CA find the proof that the name is ours where it is made (RFC 8555 section 8.4)"
_WILDCARD = "and nobody may certify a wildcard below it"
_ENUM = "ENUM: whoever dials a number that begins with the prefix finds the person with that extension (RFC 6116)"
_TLSA = "lets clients that know DANE trust our CA without importing it, if the zone is signed (RFC 7671, RFC 7673)"


def caa(
    records: Iterable[Record],
    origins: Collection[dns.name.Name],
    allowed: CaaSpec | None = None,
    public: Mapping[dns.name.Name, CaaSpec | None] | None = None,
) -> Iterator[Record]:
    """Given all records, the zones' origins and the public CA that is allowed, return CAA records for every host name of ours.

    `public` are the names that a public CA certifies for us, with that CA: they get no record as long as it is not known which.
    Never at a bare domain: the records there also bind the company's web site and mail (RFC 8659 section 3).
    """
    hosts = {found.owner for found, _ in addresses(records)}
    for host in sorted(hosts - set(origins)):
        mine = allowed or (public or {}).get(host)
        if mine is not None:
            yield record(host.to_text(), "CAA", f"0 issue {issuer(mine)}", _PUBLIC, required=False)
            yield record(host.to_text(), "CAA", f"0 issuewild {NOBODY}", _WILDCARD, required=False)
        elif host not in (public or {}):
            yield record(host.to_text(), "CAA", f"0 issue {NOBODY}", _PRIVATE, required=False)


def proofs(names: Iterable[str], challenge_domain: str) -> Iterator[Record]:
    """Given names that a public CA certifies for us and where proofs are made, return the aliases that lead there."""
    for found in dict.fromkeys(names):
        yield record(f"_acme-challenge.{found}", "CNAME", f"{found}.{challenge_domain}.", _PROOF)


def issuer(allowed: CaaSpec) -> str:
    """Given the public CA that is allowed, return the CAA value in quotes."""
    parameters = [f"accounturi={allowed.account}"] if allowed.account else []
    if allowed.methods:
        parameters.append(f"validationmethods={','.join(allowed.methods)}")
    return f'"{"; ".join([allowed.issuer, *parameters])}"'


def enum_origin(enum: EnumSpec) -> dns.name.Name:
    """Given where extension numbers begin, return the zone of all of them: the digits backwards (RFC 6116 section 3.2)."""
    return name(".".join([*reversed(enum.prefix.removeprefix("+")), enum.root]))


def numbers(domain: str, enum: EnumSpec) -> Iterator[Record]:
    """Given the domain and where its extension numbers begin, return the ENUM record for every number after the prefix.

    A wildcard with a rule (RFC 3402): it needs no list of numbers, which would tell strangers who is there.
    """
    rule = rf"!^\\{enum.prefix}([0-9]+)$!sip:\\1@{domain}!"
    value = f'100 10 "u" "E2U+sip" "{rule}" .'
    yield record(f"*.{enum_origin(enum)}", "NAPTR", value, _ENUM, required=False)


def tlsa(records: Iterable[Record], listeners: Collection[Listener], digests: Collection[str]) -> Iterator[Record]:
    """Given all records, what listens, and the digests of our CAs' public keys in hex, return TLSA records.

    One of each CA for each host name and port where TLS or DTLS is spoken, at once or after STARTTLS. "2 1 1" (DANE-TA, public key,
    SHA-256) binds to the CA, not to a certificate, so that a renewal changes nothing here; servers send the CA along.
    """
    owners = {
        f"_{listener.port}.{'_udp' if listener.transport is Transport.DTLS else '_tcp'}.{found.owner}"
        for found, address in addresses(records)
        for listener in listeners
        if str(listener.address) == address and not listener.internal and listener.encrypted
    }
    for owner in sorted(owners):
        for digest in digests:
            yield record(owner, "TLSA", f"2 1 1 {digest}", _TLSA, required=False)
