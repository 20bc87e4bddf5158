"""The containers: prosody, and where there is a port 443 a front on the second address that hands its connections on.

The front is a plain TCP proxy (PROXY protocol, so that prosody knows who connects). The other way to a second address, a
shared network namespace, does not always survive a restart of older engines: they may start who joins before who is joined,
and never try again.
"""

from ipaddress import IPv4Address, IPv6Address

from rtcstack.plan.container import CONFIG, Attachment, Container, Healthcheck, Mount, Tmpfs
from rtcstack.plan.listener import Address
from rtcstack.plan.site import Site
from rtcstack.services.prosody.layout import Layout

USER = (904, 904)
BACKEND, FRONT_BACKEND = 6, 7
"""Places on the internal network."""
FRONT_FILE = "front.cfg"
DATA = "/var/lib/prosody"
RUN = "/run/prosody"
_HEALTHY = "/usr/local/bin/prosody-healthy"


def containers(name: str, site: Site, layout: Layout) -> tuple[Container, ...]:
    """Given the service's name, the site and the layout, return its containers in start order."""
    main = Container(
        name=name,
        image="prosody",
        command=("/usr/bin/prosody", "-F"),
        user=USER,
        attachments=_legs(site, layout.first, BACKEND),
        mounts=(Mount(volume=f"{name}-data", target=DATA),),
        tmpfs=(Tmpfs(target=RUN, size=1), Tmpfs(target="/tmp", size=16)),  # noqa: S108 - a private one, in memory
        memory=192,
        pids=32,
        healthcheck=Healthcheck(command=(_HEALTHY, layout.host, str(layout.https[0]), *map(str, layout.first))),
    )
    return (main, _front(name, site, layout)) if layout.multiplexed else (main,)


def _legs(site: Site, addresses: tuple[Address, ...], backend: int) -> tuple[Attachment, ...]:
    four = next(address for address in addresses if isinstance(address, IPv4Address))
    six = next((address for address in addresses if isinstance(address, IPv6Address)), None)
    return site.legs(four, six, backend)


def _front(name: str, site: Site, layout: Layout) -> Container:
    return Container(
        name=f"{name}-starttls",
        image="prosody",
        command=("/usr/sbin/haproxy", "-db", "-f", f"{CONFIG}/current/{FRONT_FILE}"),
        user=USER,
        attachments=_legs(site, layout.second, FRONT_BACKEND),
        memory=64,
        pids=16,
        healthcheck=Healthcheck(command=(_HEALTHY, layout.host, str(layout.https[0]), "--", *map(str, layout.second))),
        stop_seconds=3,
        reads=(FRONT_FILE,),
    )
