"""The parent link and the host's shim: looked at through the kernel's files, made by the rendered script in a container."""

from collections.abc import Mapping
from pathlib import Path

from rtcstack.change.refusal_host import OwnNetwork
from rtcstack.engine import host, namespace, sockets
from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.plan.listener import Address
from rtcstack.plan.stack import StackPlan
from rtcstack.render import host_addresses, vlan
from rtcstack.render.links import links_script, removal_script, unit_file

UNITS = Path("/etc/systemd/system")
SYSTEMD = Path("/run/systemd/system")
SEEN = {"RUN": ("/run", "/host/run"), "NET": ("/proc/sys/net", "/host/net")}
"""Directories of the host that the script changes: by its own name for each, where they are and where it sees them."""


def missing(stack: StackPlan) -> str:
    """Given the plan, return what is not right with the links, or "" if all is."""
    network = stack.site.network
    links = host.links()
    made = _read(_state(stack) / "vlan").strip()
    if made not in ("", network.parent):
        return f"{made} is left of another parent"
    if network.shared:
        return _of_the_host(stack, links)
    if any((_state(stack) / name).exists() for name in ("addresses", "port")):
        return "addresses or ports of this host are still as another driver needed them"
    for link in [network.parent] * (network.private or network.vlan is not None) + [network.shim] * network.has_shim:
        if not links.get(link):
            return f"{link} is {'down' if link in links else 'missing'}"
    return _of_the_shim(stack) if network.has_shim else ""


def _of_the_shim(stack: StackPlan) -> str:
    network = stack.site.network
    if host.kind(network.shim) != network.driver:
        return f"{network.shim} is no {network.driver}"
    for address in (network.shim_address, network.shim_address6):
        if address is not None and address not in host.addresses(network.shim):
            return f"{network.shim} has not the address {address}"
    for service in stack.services:
        for address in service.addresses:
            inside = address in network.subnet or (network.subnet6 is not None and address in network.subnet6)
            if inside and host.link_to(address) != network.shim:
                return f"the route to {address} does not go through {network.shim}"
    return ""


def _of_the_host(stack: StackPlan, links: Mapping[str, bool]) -> str:
    network = stack.site.network
    for link in (network.shim, network.name):
        if link in links:
            return f"{link} is left of another driver"
    here = namespace.addresses("self") or frozenset()
    if absent := [str(address) for address in host_addresses.bound(stack) if str(address) not in here]:
        return f"{network.parent} has not {' and '.join(absent)}"
    recorded = _read(_state(stack) / "addresses").splitlines()
    if any(line.split()[0] not in host_addresses.given(stack) for line in recorded):
        return "addresses are left that nobody asks for any more"
    return "the port setting is left" if host_addresses.lowest_port(stack) is None and (_state(stack) / "port").exists() else ""


def to_be_given(stack: StackPlan) -> list[Address]:
    """Given the plan, return the addresses that the host shall have and has not yet."""
    if not host_addresses.given(stack):
        return []
    here = namespace.addresses("self") or frozenset()
    return [address for address in host_addresses.bound(stack) if str(address) not in here]


def own_network(stack: StackPlan, *, running: bool) -> OwnNetwork:
    """Given the plan and whether containers of ours may listen, return the host's own addresses and what other programs hold.

    What waits at one of our addresses while we run is taken for ours; at every address at once none of ours waits.
    """
    ours = {str(address) for address in host_addresses.bound(stack)} if running else set()
    recorded = _read(_state(stack) / "addresses").splitlines()
    return OwnNetwork(
        addresses=namespace.addresses("self") or frozenset(),
        given=frozenset(line.split("/")[0] for line in recorded),
        held=frozenset(held for held in sockets.waiting() if held[1] not in ours),
    )


def closed_ports(stack: StackPlan) -> str:
    """Given the plan, return why services may not listen on their ports in the host's namespace, or ""."""
    lowest, now = host_addresses.lowest_port(stack), host.unprivileged_port()
    if lowest is None or now <= lowest:
        return ""
    return (
        f"services do not run as root, and this host lets only root listen below port {now}: "
        f"net.{host_addresses.SETTING.replace('/', '.')} becomes {lowest}, for every program here; `rtcstack down` sets it back"
    )


def _state(stack: StackPlan) -> Path:
    return Path(host_addresses.STATE.format(name=stack.site.name))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def make(engine: Engine, image: str, stack: StackPlan) -> None:
    """Given the plan, make what is missing of the links. Raise WorldError if the kernel refuses."""
    network = stack.site.network
    # At boot nothing is there to take back: the generated script does without these lines.
    back = [*vlan.removal(network, keep=network.parent), *([] if network.shared else host_addresses.removal(network))]
    _in_host_network(engine, image, "\n".join(["set -eu", *back, ""]).encode() + links_script(stack), "made")


def remove(engine: Engine, image: str, stack: StackPlan) -> None:
    """Given the plan, take away the links that rtcstack made."""
    _in_host_network(engine, image, removal_script(stack), "removed")


def _in_host_network(engine: Engine, image: str, script: bytes, what: str) -> None:
    told = "".join(f"{name}={place}\n" for name, (_, place) in SEEN.items())
    result = engine.run(
        image, ["sh", "-s"], network="host", capabilities=["NET_ADMIN"], stdin=told.encode() + script,
        binds=dict(SEEN.values()),
    )  # fmt: skip
    if result.exit_code != 0:
        detail = result.stderr.decode(errors="replace").strip()
        raise WorldError(f"the network links could not be {what}: {detail}", hint="See `ip link` and `dmesg`.")


def unit_name(stack: StackPlan) -> str:
    """Given the plan, return the name of the systemd unit that brings the links back at boot."""
    return f"rtcstack-{stack.site.name}-links.service"


def parent_is_gone(stack: StackPlan) -> bool:
    """Given the plan, return whether the parent that rtcstack made is missing: what hung on it has no links any more."""
    network = stack.site.network
    return network.private and not Path(f"/sys/class/net/{network.parent}").exists()


def unit_is_right(stack: StackPlan, directory: Path) -> bool:
    """Given the plan and the installation's directory, return whether the boot unit is as it must be (or no systemd runs)."""
    if not SYSTEMD.is_dir() or not _needed(stack):
        return True
    try:
        return (UNITS / unit_name(stack)).read_bytes() == unit_file(stack, str(directory))
    except OSError:
        return False


def install_unit(engine: Engine, image: str, stack: StackPlan, directory: Path) -> None:
    """Given the plan, put the unit in place and enable it, through a container: the caller needs no root."""
    name = unit_name(stack)
    script = (
        f"set -eu; cat >/units/.{name}.new; chmod 644 /units/.{name}.new; mv /units/.{name}.new /units/{name}; "
        f"mkdir -p /units/docker.service.wants /units/multi-user.target.wants; "
        f"ln -sf ../{name} /units/docker.service.wants/{name}; ln -sf ../{name} /units/multi-user.target.wants/{name}"
    )
    _with_units(engine, image, script, unit_file(stack, str(directory)))


def remove_unit(engine: Engine, image: str, stack: StackPlan) -> None:
    """Given the plan, take the boot unit away if it is there."""
    name = unit_name(stack)
    if (UNITS / name).exists():
        script = f"rm -f /units/{name} /units/docker.service.wants/{name} /units/multi-user.target.wants/{name}"
        _with_units(engine, image, script, b"")


def _with_units(engine: Engine, image: str, script: str, stdin: bytes) -> None:
    result = engine.run(image, ["sh", "-c", script], binds={str(UNITS): "/units"}, capabilities=["DAC_OVERRIDE"], stdin=stdin)
    if result.exit_code != 0:
        raise WorldError(f"the boot unit could not be changed: {result.stderr.decode(errors='replace').strip()}")


def _needed(stack: StackPlan) -> bool:
    network = stack.site.network
    ours = network.vlan is not None and bool(_read(_state(stack) / "vlan"))
    given = bool(host_addresses.given(stack)) or host_addresses.lowest_port(stack) is not None
    return network.private or network.has_shim or ours or given
