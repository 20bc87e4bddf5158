"""Sites for unit tests: the demo's, and any other by its networks, made the way the real ones are."""

from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from rtcstack.plan.network import network_plan
from rtcstack.plan.site import Site
from rtcstack.spec.model import CaaSpec, NetworkSpec, PortMode, StackSpec


def site(
    subnet: str,
    *,
    subnet6: str | None = None,
    parent: str = "auto",
    ports: PortMode = "443",
    admins: tuple[str, ...] = (),
    apex: bool = False,
    host_access: bool | None = None,
    caa: CaaSpec | None = None,
    driver: Literal["macvlan", "ipvlan", "host"] = "macvlan",
) -> Site:
    """Given networks, return a site of falcot.com on them; the backend is 10.201.17.0/27."""
    spec = StackSpec(
        domain="falcot.com",
        name="falcot",
        aliases=("sip.falcot.com",),
        ports=ports,
        admins=admins,
        apex=apex,
        caa=caa,
        network=NetworkSpec(
            driver=driver,
            parent=parent,
            subnet=IPv4Network(subnet),
            subnet6=None if subnet6 is None else IPv6Network(subnet6),
            backend=IPv4Network("10.201.17.0/27"),
            host_access=host_access,
        ),
    )
    return Site(
        name=spec.name,
        domain=spec.domain,
        aliases=spec.aliases,
        ports=spec.ports,
        admins=spec.admins,
        apex=spec.apex,
        caa=spec.caa,
        network=network_plan(spec),
    )


def demo_site(
    *, ports: PortMode = "443", admins: tuple[str, ...] = ("roland",), apex: bool = False, caa: CaaSpec | None = None
) -> Site:
    """Return the demo's site: documentation ranges on a private parent."""
    return site("198.51.100.0/24", subnet6="2001:db8:1000:2000::/64", ports=ports, admins=admins, apex=apex, caa=caa)
