"""The parent link and the host's shim: looked at through the kernel's files, made by the rendered script in a container."""

from pathlib import Path

from rtcstack.engine import host
from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.plan.stack import StackPlan
from rtcstack.render.links import links_script, removal_script, unit_file

UNITS = Path("/etc/systemd/system")
SYSTEMD = Path("/run/systemd/system")


def missing(stack: StackPlan) -> str:
    """Given the plan, return what is not right with the links, or "" if all is."""
    network = stack.site.network
    links = host.links()
    wanted = [network.parent] * network.private + [network.shim] * network.host_access
    for link in wanted:
        if link not in links:
            return f"{link} is missing"
        if not links[link]:
            return f"{link} is down"
    if not network.host_access:
        return ""
    for address in (network.shim_address, network.shim_address6):
        if address is not None and address not in host.addresses(network.shim):
            return f"{network.shim} has not the address {address}"
    for service in stack.services:
        for address in service.addresses:
            inside = address in network.subnet or (network.subnet6 is not None and address in network.subnet6)
            if inside and host.link_to(address) != network.shim:
                return f"the route to {address} does not go through {network.shim}"
    return ""


def make(engine: Engine, image: str, stack: StackPlan) -> None:
    """Given the plan, make what is missing of the links. Raise WorldError if the kernel refuses."""
    _in_host_network(engine, image, links_script(stack), "made")


def remove(engine: Engine, image: str, stack: StackPlan) -> None:
    """Given the plan, take away the links that rtcstack made."""
    _in_host_network(engine, image, removal_script(stack), "removed")


def _in_host_network(engine: Engine, image: str, script: bytes, what: str) -> None:
    result = engine.run(image, ["sh", "-s"], network="host", capabilities=["NET_ADMIN"], stdin=script)
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
    return stack.site.network.private or stack.site.network.host_access
