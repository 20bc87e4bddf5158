"""What this machine's apt knows, as values: where its Debian archive is and which settings a build needs too. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

INDEX_FORMAT = "$(RELEASE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)|$(REPO_URI)"
"""For `apt-get indextargets --format`; a field that is not known stays as it is written here."""

_TAKEN = re.compile(
    r"Acquire::(?:Check-Valid-Until|Check-Date|Max-ValidTime|Retries|ForceIPv4|ForceIPv6|https?::(?:Proxy|Timeout)(?:::\S+)?)"
    r' "(?P<value>[^"]+)";'
)
_LOOPBACK = ("localhost", "127.", "::1")


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where the Debian archive and its security updates come from, as http, https or file addresses."""

    main: str
    security: str

    def sources(self, suite: str) -> tuple[str, ...]:
        """Given a suite, return the lines of a sources.list(5) with its updates and security updates."""
        return (
            f"deb {self.main} {suite} main",
            f"deb {self.main} {suite}-updates main",
            f"deb {self.security} {suite}-security main",
        )

    @property
    def encrypted(self) -> bool:
        """Whether fetching needs certificates of authorities."""
        return any(urlsplit(address).scheme == "https" for address in (self.main, self.security))


def mirror(index_targets: str) -> Mirror | None:
    """Given the output of `apt-get indextargets` in INDEX_FORMAT, return the machine's Debian mirror, or None.

    Other vendors name their suites after Debian's, so the archive's own Origin and Label decide; where no package list
    was fetched yet they are unknown, and then the path of the address does.
    """
    main = security = ""
    for line in index_targets.splitlines():
        release, component, origin, label, address = line.split("|")
        known = not origin.startswith("$")
        path = urlsplit(address).path.rstrip("/")
        if component != "main" or (known and origin != "Debian"):
            continue
        if label == "Debian-Security" or (not known and path.endswith("/debian-security")):
            security = security or address
        elif label == "Debian" or (not known and re.search(r"/debian(/\w+)?$", path) and "-" not in release):
            main = main or address
    if not main:
        return None
    return Mirror(main, security or main.rstrip("/") + "-security/")


def settings(dump: str) -> tuple[str, ...]:
    """Given the output of `apt-config dump`, return the lines that fetching inside a build needs as well (apt.conf(5)).

    Left out: a proxy with a password, which must not stand in an image, and one that only this machine itself can reach.
    """
    return tuple(line for line in dump.splitlines() if (found := _TAKEN.fullmatch(line)) and _fits_a_build(found["value"]))


def _fits_a_build(value: str) -> bool:
    if "://" not in value:
        return True
    host = urlsplit(value).hostname or ""
    return "@" not in value and not host.startswith(_LOOPBACK)
