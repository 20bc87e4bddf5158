"""The namespace holder: a small container that owns the addresses of a service which has more than one of a family.

Docker gives a container one IPv4 and one IPv6 address on a macvlan. The holder is attached instead of the service, adds the
further addresses, announces them, and stays while the service restarts. When the holder itself comes back in a new namespace
it writes its identity to a shared volume; `stay-with-namespace` in the service's container sees the difference and ends, so
that the restart policy joins the new one.
"""

from types import MappingProxyType

from rtcstack.plan.container import Attachment, Container, Healthcheck, Mount
from rtcstack.plan.listener import Address
from rtcstack.plan.site import NetworkPlan

STATE = "/run/namespace"
_ANNOUNCE6 = {
    "net.ipv6.conf.all.ndisc_notify": "1",
    "net.ipv6.conf.all.accept_dad": "0",
    "net.ipv6.conf.default.accept_dad": "0",
}
"""Linux ip-sysctl: an address added later is usable and announced at once."""


def holder(service: str, network: NetworkPlan, attachments: tuple[Attachment, ...], extra: tuple[Address, ...]) -> Container:
    """Given a service's legs and further addresses, return the container that holds its network namespace."""
    prefixes = {4: network.subnet.prefixlen, 6: network.subnet6.prefixlen if network.subnet6 else 128}
    first = next(leg.address for leg in attachments if leg.network == "lan")
    return Container(
        name=f"{service}-net",
        image="tools",
        command=(
            "/usr/local/bin/hold-namespace",
            str(first),
            *(f"{address}/{prefixes[address.version]}" for address in extra),
        ),
        user=(0, 0),
        attachments=attachments,
        capabilities=("NET_ADMIN", "NET_RAW"),
        mounts=(Mount(volume=f"{service}-namespace", target=STATE),),
        sysctls=MappingProxyType(_ANNOUNCE6 if any(address.version == 6 for address in extra) else {}),
        memory=32,
        pids=20,
        healthcheck=Healthcheck(command=("/usr/local/bin/hold-namespace", "--check")),
        stop_seconds=2,
    )


def state_mount(service: str) -> Mount:
    """Given a service, return the mount through which it sees the holder's identity."""
    return Mount(volume=f"{service}-namespace", target=STATE, read_only=True)


def staying(command: tuple[str, ...]) -> tuple[str, ...]:
    """Given a service's command, return the one that ends when its namespace is no longer the holder's."""
    return ("/usr/local/bin/stay-with-namespace", *command)
