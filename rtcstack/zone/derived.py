"""Records that follow from others: CAA at our own host names, TLSA where TLS is spoken."""

from collections.abc import Collection, Iterable, Iterator

import dns.name

from rtcstack.plan.record import Record, record
from rtcstack.zone.label import offer
from rtcstack.zone.values import SRV, addresses, of_kind

_CAA = "no public CA may certify this name: our own does (RFC 8659)"
_TLSA = "lets clients that know DANE trust our CA without importing it, if the zone is signed (RFC 7671, RFC 7673)"


def caa(records: Iterable[Record], origins: Collection[dns.name.Name]) -> Iterator[Record]:
    """Given all records and the zones' origins, return a CAA record for every host name of ours.

    Never at a bare domain: the records there also bind the company's web site and mail (RFC 8659 section 3).
    """
    hosts = {found.owner for found, _ in addresses(records)}
    for host in sorted(hosts - set(origins)):
        yield record(host.to_text(), "CAA", '0 issue ";"', _CAA, required=False)


def tlsa(records: Iterable[Record], ca_spki_sha256: str) -> Iterator[Record]:
    """Given all records and the digest of the CA's public key in hex, return a TLSA record for every port that speaks TLS.

    "2 1 1" binds to the CA, not to a certificate, so that a renewal changes nothing here; servers send the CA along.
    """
    owners = {
        f"_{srv.port}.{found.owner.labels[1].decode()}.{srv.target}"
        for found, srv in of_kind(records, SRV)
        if srv.target != dns.name.root and offer(found.owner).encrypted
    }
    for owner in sorted(owners):
        yield record(owner, "TLSA", f"2 1 1 {ca_spki_sha256}", _TLSA, required=False)
