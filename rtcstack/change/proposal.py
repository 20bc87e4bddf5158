"""Which driver suits a link, and why: what `init` writes into the file. Pure."""

from dataclasses import dataclass

from rtcstack.spec.model import Driver

FILTERING = {
    "ena": "Amazon's network card",
    "gve": "Google's network card",
    "hv_netvsc": "Hyper-V's network card",
    "vmxnet3": "VMware's network card",
    "mana": "Azure's network card",
}
"""Kernel drivers of virtual network cards whose switch drops other MAC addresses than the card's own, unless it is told not to."""
CLOUDS: tuple[str, ...] = (
    "Akamai",
    "Alibaba Cloud",
    "Amazon EC2",
    "DigitalOcean",
    "Exoscale",
    "Google",
    "Hetzner",
    "Linode",
    "OpenStack",
    "OVH",
)
CLOUDS += ("Oracle", "Scaleway", "Tencent Cloud", "UpCloud", "Vultr")
"""How the firmware of rented machines names its vendor; elsewhere a virtio card hangs on a bridge that lets every MAC pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """A link of this host: whether it is Wi-Fi, the kernel's driver of it, the machine's vendor, and what the engine is."""

    name: str
    wireless: bool = False
    driver: str = ""
    vendor: str = ""
    rootless: bool = False
    desktop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A driver and the reason in one sentence; `warning` tells what must change before any driver works here."""

    driver: Driver = "macvlan"
    reason: str = ""
    warning: str = ""


def proposal(link: LinkFacts) -> Proposal:
    """Given what is known of a link, return the driver that works there."""
    warning = ""
    if link.desktop:
        warning = "Docker Desktop runs its engine in a machine of its own, which no address of your LAN reaches: use one on Linux."
    elif link.rootless:
        warning = "This engine is rootless and reaches no link of this host: use the system's one (`docker context use default`)."
    if link.wireless:
        reason = f"{link.name} is Wi-Fi: access points drop frames from other MAC addresses than this host's"
    elif link.driver in FILTERING:
        reason = f"{link.name} is {FILTERING[link.driver]}: the switch behind it drops other MAC addresses than its own"
    elif link.driver == "virtio_net" and any(name.casefold() in link.vendor.casefold() for name in CLOUDS):
        reason = f"this machine is rented from {link.vendor}: its switches drop other MAC addresses than the machine's own"
    else:
        return Proposal(reason=f"nothing known of {link.name} speaks against a MAC address for each service", warning=warning)
    return Proposal(driver="host", reason=reason, warning=warning)
