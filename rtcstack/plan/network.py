"""From the file's `[network]` to a network plan: the defaults that make five lines a complete file."""

import hashlib
from collections.abc import Iterator
from ipaddress import IPv4Network

from rtcstack.errors import Problem
from rtcstack.plan.avoid import outside
from rtcstack.plan.site import CLIENT, NetworkPlan
from rtcstack.spec.load import invalid
from rtcstack.spec.model import NetworkSpec, StackSpec

AUTO = "auto"
SMALLEST = CLIENT + 6
"""Addresses a range must have, so that every fixed place exists."""


def _backend(name: str) -> IPv4Network:
    # A private /27 that differs between stacks on one engine and stays the same for one name.
    digest = hashlib.sha256(name.encode()).digest()
    return IPv4Network(f"10.{200 + digest[0] % 50}.{digest[1]}.{digest[2] & 0xE0}/27")


def _of_the_host(network: NetworkSpec) -> Iterator[Problem]:
    if network.driver != "host":
        if network.add_addresses:
            yield Problem("network.add_addresses", 'only driver "host" uses addresses of the host: remove the line')
        return
    if network.parent == AUTO:
        yield Problem("network.parent", 'driver "host" needs the link that carries the addresses, such as "eth0" (see `ip link`)')
    if network.host_access is False:
        yield Problem("network.host_access", 'with driver "host" this host always reaches the services: remove the line')


def network_plan(spec: StackSpec) -> NetworkPlan:
    """Given the spec, return its networks with every default filled in. Raise RequestError with every problem."""
    network = spec.network
    shared = network.driver == "host"
    private = network.parent == AUTO and not shared
    span = network.range or network.subnet
    problems = [*outside(network), *_of_the_host(network)]
    if span.num_addresses < SMALLEST:
        problems.append(Problem("network.range", f"{span} is too small: {SMALLEST} addresses are needed (a /27)"))
    if network.subnet6 is not None and network.subnet6.prefixlen > 120:
        problems.append(Problem("network.subnet6", f"{network.subnet6} is too small: a /120 or larger is needed"))
    backend = network.backend or _backend(spec.name)
    if network.backend is None and backend.overlaps(network.subnet):
        free = "172.31.255.0/27" if network.subnet.overlaps(IPv4Network("10.0.0.0/8")) else "10.255.255.0/27"
        problems.append(Problem("network.backend", f"{backend}, its default, overlaps subnet {network.subnet}: set {free}"))
    if problems:
        raise invalid(tuple(problems))
    return NetworkPlan(
        stack=spec.name,
        name=f"{spec.name}-lan",
        backend_name=f"{spec.name}-backend",
        driver=network.driver,
        parent=f"{spec.name}-lan" if private else network.parent,
        private=private,
        peer=f"{spec.name}-peer" if private else "",
        shim=f"{spec.name}-host",
        host_access=shared or (private if network.host_access is None else network.host_access),
        subnet=network.subnet,
        range=span,
        gateway=network.gateway or network.subnet[1],
        subnet6=network.subnet6,
        gateway6=None if network.subnet6 is None else network.gateway6 or network.subnet6[1],
        backend=backend,
        resolvers=network.resolvers,
        avoid=network.avoid,
        add_addresses=network.add_addresses,
    )
