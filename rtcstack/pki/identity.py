"""Which identities may be certified: names at or below our own domains, and nothing else.

A dNSName constraint of the CA bounds DNS names only: OpenSSL and GnuTLS accept a SIP URI or an SRV-ID of a foreign domain
beside a permitted DNS name. So every kind is refused here, before it is signed.
"""

import re
from collections.abc import Iterable, Iterator

from rtcstack.errors import Problem, RequestError
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.spec.types import host_label

_SERVICE = re.compile(r"_[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?")
"""A service name of at most 15 characters (RFC 6335 section 5.1) with the underscore of RFC 2782."""
_LONGEST = 253
"""Characters of a name without its final dot (RFC 1035 section 2.3.4)."""


def at_or_below(name: str, domains: Iterable[str]) -> bool:
    """Given a name, return whether it is one of the domains or lies below one, label by label."""
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def topmost(domains: Iterable[str]) -> tuple[str, ...]:
    """Given domains, return those that do not lie below another one, each once, in their order."""
    found = tuple(dict.fromkeys(domains))
    return tuple(name for name in found if not at_or_below(name, [other for other in found if other != name]))


def check(request: CertificateRequest, domains: Iterable[str]) -> None:
    """Given a request, return if every identity is at or below our domains. Raise RequestError that names each that is not."""
    allowed = tuple(domains)
    problems = tuple(_problems(request, allowed))
    if problems:
        raise RequestError(
            f"the certificate of {request.service} cannot be issued",
            problems=problems,
            hint=f"Only names at or below {', '.join(allowed)} are certified; see `domain` and `aliases` in the file.",
        )


def _problems(request: CertificateRequest, domains: tuple[str, ...]) -> Iterator[Problem]:
    path = f"services.{request.service}.certificate"
    if not request.dns_names:
        # Without a DNS name, verifiers may fall back on the common name (RFC 6125 section 6.4.4).
        yield Problem(path, "has no DNS name")
    hosts = [(f"DNS {name}", name) for name in request.dns_names]
    hosts += [(f"URI sip:{name}", name) for name in request.sip_domains]
    for srv_id in request.srv_ids:
        service, _, name = srv_id.partition(".")
        if not _SERVICE.fullmatch(service) or len(srv_id) > _LONGEST:
            yield Problem(path, f"SRV-ID {srv_id!r} is not of the form _service.domain (RFC 4985)")
        hosts.append((f"SRV-ID {srv_id}", name))
    for label, name in hosts:
        if not is_host(name):
            yield Problem(path, f"{label!r} is not a host name")
        elif not at_or_below(name, domains):
            yield Problem(path, f"{label} is outside of {', '.join(domains)}")


def is_host(name: str) -> bool:
    """Given a name, return whether it is a host name of at least two labels, in lower case."""
    # Lower-case LDH labels: no wildcard (RFC 5922 section 7.2), no user part, no port, no address, no final dot.
    labels = name.split(".")
    if len(name) > _LONGEST or len(labels) < 2 or labels[-1].isdigit():
        return False
    try:
        return all(host_label(label) for label in labels)
    except ValueError:
        return False
