"""What people must know about the records that follow from others, as sentences below the table."""

from collections.abc import Collection, Iterator

from rtcstack.plan.site import Site
from rtcstack.zone.derived import issuer
from rtcstack.zone.zone import Zone

NO_CA = "TLSA records will be here too once `rtcstack up` has made the CA. They are optional."
TLSA = (
    "TLSA 2 1 1 means: trust what is signed by the CA with this public key, whatever its certificate says. Clients use it only"
    " where the zone is signed (DNSSEC). A renewed certificate changes nothing. If the CA itself is ever replaced: first publish"
    " the new CA's record beside the old one, wait until the old answer has run out everywhere (the TTL), then let the servers"
    " show the new certificates, and only then take the old record away. The other order locks out who checks;"
    " `rtcstack certs rotate-ca` keeps to this one."
)
NO_TLSA = (
    "There is no TLSA record where another CA than our own certifies: it may sign by another key the next time, and who believed"
    " the record would be locked out."
)


def remarks(site: Site, zones: Collection[Zone]) -> Iterator[str]:
    """Given the site and its zones, yield the remarks about TLSA and CAA."""
    types = {record.type for zone in zones for record in zone.records}
    if "TLSA" in types or site.certificates.source == "own-ca":
        yield TLSA if "TLSA" in types else NO_CA
    if site.certificates.source != "own-ca" or site.public_caa is not None:
        yield NO_TLSA
    if "CAA" in types:
        known = site.caa or site.public_caa
        allowed = '";"' if known is None else issuer(known)
        yield (
            f"CAA stands at our own host names alone. At {site.domain} itself it would bind every certificate of the domain,"
            f" the web site's and the mail's too: whoever runs those may add `issue {allowed}` there to what they already allow."
        )
