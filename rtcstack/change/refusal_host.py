"""What cannot work with addresses of the host itself: refused before anything is touched. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from rtcstack.errors import Problem
from rtcstack.plan.listener import Address, Transport
from rtcstack.plan.stack import StackPlan
from rtcstack.render.host_addresses import bound, given

UDP = (Transport.UDP, Transport.DTLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNetwork:
    """The host's own addresses, those of them that we gave it, and what other programs hold.

    `held` are ("udp" or "tcp", address or "*", port): the kernel tells only root whose they are.
    """

    addresses: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    held: frozenset[tuple[str, str, int]] = frozenset()


def refusals(stack: StackPlan, own: OwnNetwork) -> Iterator[Problem]:
    """Given the plan and the host's own network, yield every reason why they do not fit."""
    if stack.site.network.shared:
        yield from _absent(stack, own)
        yield from _held(stack, own)
    else:
        yield from _ours(stack, own)


def _key(version: int) -> str:
    return "address" if version == 4 else "address6"


def _absent(stack: StackPlan, own: OwnNetwork) -> Iterator[Problem]:
    if given(stack):
        return
    parent = stack.site.network.parent
    for service in stack.services:
        for address in service.addresses:
            if address in bound(stack) and str(address) not in own.addresses:
                yield Problem(
                    f"services.{service.name}.{_key(address.version)}",
                    f"{address} is no address of this host: type `sudo ip addr add {address}/{address.max_prefixlen} dev {parent}`,"
                    " or set network.add_addresses = true",
                )


def _held(stack: StackPlan, own: OwnNetwork) -> Iterator[Problem]:
    told: set[tuple[str, str, int]] = set()
    for service in stack.services:
        for listener in service.listeners:
            kind = "udp" if listener.transport in UDP else "tcp"
            for place in (str(listener.address), "*"):
                one = (kind, place, listener.port)
                if listener.internal or one not in own.held or one in told:
                    continue
                told.add(one)
                where = "every address" if place == "*" else place
                yield Problem(
                    f"services.{service.name}.{_key(listener.address.version)}",
                    f"another program of this host listens on {kind}/{listener.port} of {where}: stop it, or bind it to an address"
                    f" of its own (`sudo ss -lnp 'sport = :{listener.port}'` names it)",
                )


def _ours(stack: StackPlan, own: OwnNetwork) -> Iterator[Problem]:
    for service in stack.services:
        if not any(leg.network == "lan" for container in service.containers for leg in container.attachments):
            continue
        for address in service.addresses:
            if _is(address, own.addresses) and not _is(address, own.given):
                yield Problem(
                    f"services.{service.name}.{_key(address.version)}",
                    f'{address} is an address of this host itself: choose another, or use driver "host"',
                )


def _is(address: Address, among: frozenset[str]) -> bool:
    return str(address) in among
