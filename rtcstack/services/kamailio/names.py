"""The names under which people and phones know this server."""

from rtcstack.plan.site import Site

LABEL = "sip-proxy"


def domains(site: Site) -> tuple[str, ...]:
    """Given the site, return the domains of its people's addresses: the main one, which is the realm, and its aliases."""
    return (site.domain, *(alias for alias in site.aliases if alias != site.domain))


def own_names(site: Site, hostname: str) -> tuple[str, ...]:
    """Given the site and the host name, return every name for which a request is ours."""
    found = domains(site)
    return found if hostname in found else (*found, hostname)
