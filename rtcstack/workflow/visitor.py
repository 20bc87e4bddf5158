"""A short-lived container in a client's place: on the stack's network, or beside the services in the host's own namespace."""

from collections.abc import Sequence

from rtcstack.engine import namespace
from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import VISITOR, ExecResult
from rtcstack.plan.listener import Address
from rtcstack.plan.site import CLIENT, NetworkPlan
from rtcstack.plan.stack import StackPlan


def visit(
    engine: Engine,
    network: NetworkPlan,
    place: int,
    image: str,
    argv: Sequence[str],
    *,
    stdin: bytes = b"",
    capabilities: Sequence[str] = (),
    own_resolver: bool = False,
    seconds: int,
) -> ExecResult:
    """Given a place of the range, run a command there to its end; `own_resolver` says that it answers its own DNS questions.

    Its writable memory is /tmp. Raise WorldError if the engine cannot run it.
    """
    # Without a namespace of its own, in which everybody may listen on port 53, this takes root with that one capability.
    resolver_of_host = network.shared and own_resolver
    if resolver_of_host:
        capabilities = (*capabilities, "NET_BIND_SERVICE")
    return engine.run(
        image,
        argv,
        network="host" if network.shared else network.name,
        address="" if network.shared else str(network.address(place)),
        address6="" if network.shared else str(network.address6(place) or ""),
        capabilities=capabilities,
        stdin=stdin,
        labels={VISITOR: network.name},
        dns=(str(network.loopback(place)),) if own_resolver else (),
        tmpfs=("/tmp",),  # noqa: S108 - memory of the container
        user="0:0" if resolver_of_host else "",
        seconds=seconds,
    )


def asking_from(network: NetworkPlan, *, from_host: bool) -> frozenset[str]:
    """Given the network and whether this host itself asks, return every address that who asks may be seen at."""
    if network.shared:
        return namespace.addresses("self") or frozenset()
    places = (network.shim_address, network.shim_address6) if from_host else (network.address(CLIENT), network.address6(CLIENT))
    return frozenset(str(address) for address in places if address is not None)


def own_address(stack: StackPlan, place: int) -> Address:
    """Given a place, return an address on which who visits it can be reached by a relay."""
    network = stack.site.network
    return stack.role("turn").address if network.shared else network.address(place)
