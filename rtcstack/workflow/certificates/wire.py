"""What is seen on the wire: every port of every address of a service, and whether the new certificate alone is served there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rtcstack.plan.listener import Listener
from rtcstack.probes.result import ProbeResult

NO_ANSWER = frozenset({"refused", "timeout", "unreachable", "reset", "closed"})
"""Codes of probes that say nothing about a certificate."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at every listener of a service that clients reach."""

    results: Mapping[Listener, ProbeResult] = field(default_factory=dict)

    @property
    def shown(self) -> frozenset[str]:
        """The digests of the certificates that are shown, wherever."""
        return frozenset(result.certificate_sha256 for result in self.results.values() if result.certificate_sha256)

    @property
    def answers(self) -> bool:
        """Whether anything answers."""
        return any(result.code not in NO_ANSWER for result in self.results.values())


def not_served(before: Look, after: Look, sha256: str) -> str:
    """Given a look before a change and one after it, return why the certificate with this digest is not the one in use, or "".

    Every port must be at least as well as before, every port with TLS show the new certificate and be believed, and one at least
    must. What gave no answer before the change either is not held against the new certificate. Pure.
    """
    seen = False
    for listener, result in after.results.items():
        earlier = before.results.get(listener)
        silent = earlier is not None and earlier.code in NO_ANSWER and result.code in NO_ANSWER
        if silent:
            continue
        if result.certificate_sha256 and result.certificate_sha256 != sha256:
            return f"{result.tried}: still another certificate ({result.certificate_sha256[:16]}…)"
        if not result.ok and (listener.encrypted or earlier is None or earlier.ok):
            return f"{result.tried}: {result.happened}"
        seen = seen or result.certificate_sha256 == sha256
    return "" if seen else "no port shows a certificate"
