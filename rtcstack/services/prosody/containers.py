"""The containers: prosody, and in "443" the holder of its two addresses in front of it."""

from rtcstack.plan.container import Attachment, Container, Healthcheck, Mount, Tmpfs
from rtcstack.plan.holder import holder, state_mount, staying
from rtcstack.plan.site import Site
from rtcstack.services.prosody.layout import Layout

USER = (904, 904)
BACKEND = 6
"""Place on the internal network of the database."""
DATA = "/var/lib/prosody"
RUN = "/run/prosody"
COMMAND = ("/usr/bin/prosody", "-F")


def containers(name: str, site: Site, layout: Layout) -> tuple[Container, ...]:
    """Given the service's name, the site and the layout, return its containers in start order."""
    legs = (
        site.lan(layout.address, layout.address6),
        Attachment(network="backend", address=site.network.backend[BACKEND]),
    )
    if not layout.multiplexed:
        return (_prosody(name, layout, COMMAND, attachments=legs),)
    return (
        holder(name, site.network, legs, layout.second),
        _prosody(name, layout, staying(COMMAND), joins=f"{name}-net", mounts=(state_mount(name),)),
    )


def _prosody(
    name: str,
    layout: Layout,
    command: tuple[str, ...],
    *,
    attachments: tuple[Attachment, ...] = (),
    joins: str = "",
    mounts: tuple[Mount, ...] = (),
) -> Container:
    return Container(
        name=name,
        image="prosody",
        command=command,
        user=USER,
        attachments=attachments,
        joins=joins,
        mounts=(Mount(volume=f"{name}-data", target=DATA), *mounts),
        tmpfs=(Tmpfs(target=RUN, size=1), Tmpfs(target="/tmp", size=16)),  # noqa: S108 - a private one, in memory
        memory=192,
        pids=32,
        healthcheck=Healthcheck(command=_health(layout)),
    )


def _health(layout: Layout) -> tuple[str, ...]:
    secure = tuple(str(address) for address in layout.first)
    plain = ("--", *(str(address) for address in layout.second)) if layout.second else ()
    return ("/usr/local/bin/prosody-healthy", layout.host, str(layout.https), *secure, *plain)
