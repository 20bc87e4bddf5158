"""What must be done elsewhere so that the Internet asks this server: never as lines to paste, because of what it may cut off."""

from collections.abc import Iterator

from rtcstack.plan.listener import Address
from rtcstack.plan.site import Site


def remarks(site: Site, hostname: str, addresses: tuple[Address, ...]) -> Iterator[str]:
    """Given the site, the name server's name and its addresses, yield the remarks in plain words."""
    places = " and ".join(map(str, addresses))
    yield f"{hostname} answers for these records, signed, at {places}. Whoever uses it as resolver finds only them."
    yield (
        f"If the Internet shall ask it: at the name server of the zone above, delegate to {hostname} by NS, with its addresses"
        " beside it, and the DS that `rtcstack zone --ds` prints. Delegate a domain that holds nothing else (say,"
        f' `domain = "rtc.{site.domain}"`): from then on nobody finds a web site or mail of it whose records are not here.'
    )
