"""From spec and services to the whole plan, and the checks that only show when all services are seen together."""

from collections.abc import Iterable
from dataclasses import replace

from rtcstack.errors import Problem, RequestError
from rtcstack.plan import avoid, public
from rtcstack.plan.listener import Address
from rtcstack.plan.network import network_plan
from rtcstack.plan.service import Service, ServicePlan
from rtcstack.plan.site import Site
from rtcstack.plan.stack import StackPlan
from rtcstack.spec.load import invalid
from rtcstack.spec.model import CaaSpec, OptionalOptions, StackSpec

ROLES = ("database", "turn", "turn-ephemeral", "sip", "xmpp")
"""Start order at `up`: what others need comes first."""


def _order(service: ServicePlan) -> tuple[int, str]:
    return (ROLES.index(service.role) if service.role in ROLES else len(ROLES), service.name)


def build(spec: StackSpec, services: Iterable[Service], *, public_caa: CaaSpec | None = None) -> StackPlan:
    """Given the spec and the catalogue of services, return the plan. Raise RequestError with every problem at once.

    `public_caa` is the public CA in use, as CAA records name it, if that is known.
    """
    site = Site(
        name=spec.name,
        domain=spec.domain,
        aliases=spec.aliases,
        ports=spec.ports,
        admins=spec.admins,
        apex=spec.apex,
        caa=spec.caa,
        public_caa=public_caa,
        enum=spec.enum,
        certificates=spec.certificates,
        network=network_plan(spec),
    )
    plans, problems = _describe(site, spec, services)
    stack = StackPlan(site=site, services=tuple(sorted(plans, key=_order)))
    problems += list(_problems(stack))
    if problems:
        raise invalid(tuple(problems))
    return stack


def _describe(site: Site, spec: StackSpec, services: Iterable[Service]) -> tuple[list[ServicePlan], list[Problem]]:
    plans: list[ServicePlan] = []
    problems: list[Problem] = []
    for service in services:
        options = spec.services[service.name]
        if isinstance(options, OptionalOptions) and not options.enabled:
            continue
        try:
            plan = service.describe(site, options)
            plans.append(replace(plan, source=options.certificate or site.certificates.source))
        except RequestError as error:
            problems += error.problems
    return plans, problems


def _problems(stack: StackPlan) -> Iterable[Problem]:
    yield from _outside(stack)
    yield from _avoided(stack)
    yield from _clashes(stack)
    yield from public.problems(stack)
    yield from _names(stack)
    yield from _sources(stack)


def _on_lan(service: ServicePlan) -> bool:
    return any(leg.network != "backend" for container in service.containers for leg in container.attachments)


def _key(service: ServicePlan, address: Address) -> str:
    # The option that names the address; one that is in the file by default only is best moved by the service's first one.
    named = (key for key, value in service.options if value == address)
    return next(named, "address" if address.version == 4 else "address6")


def _outside(stack: StackPlan) -> Iterable[Problem]:
    network = stack.site.network
    if network.shared:
        # A rented server's addresses need not be neighbours.
        return
    for service in filter(_on_lan, stack.services):
        for address in service.addresses:
            subnet = network.subnet if address.version == 4 else network.subnet6
            key = _key(service, address)
            if subnet is None or address not in subnet:
                yield Problem(f"services.{service.name}.{key}", f"{address} is outside the network's subnet {subnet}")
            elif address in (subnet[0], subnet[-1]) and address.version == 4:
                yield Problem(f"services.{service.name}.{key}", f"{address} is the network's own or broadcast address")


def _avoided(stack: StackPlan) -> Iterable[Problem]:
    network = stack.site.network
    yield from avoid.fixed_places(network)
    for service in filter(_on_lan, stack.services):
        for address in service.addresses:
            if item := avoid.within(network, address):
                where = f"services.{service.name}.{_key(service, address)}"
                yield Problem(where, f"{address} is in {item}, which network.avoid keeps clear: choose another address")


def _clashes(stack: StackPlan) -> Iterable[Problem]:
    network = stack.site.network
    taken: dict[object, str] = {network.gateway: "the gateway"}
    if network.gateway6 is not None:
        taken[network.gateway6] = "the gateway"
    if network.has_shim:
        taken[network.shim_address] = "the host's own shim"
        if network.shim_address6 is not None:
            taken[network.shim_address6] = "the host's own shim"
    for service in filter(_on_lan, stack.services):
        for address in service.addresses:
            if address in taken:
                yield Problem(
                    f"services.{service.name}.{_key(service, address)}", f"{address} is already the address of {taken[address]}"
                )
            taken[address] = f"service {service.name}"


def _names(stack: StackPlan) -> Iterable[Problem]:
    # A name leads to the addresses of one service; some have more than one name.
    taken: dict[str, str] = {}
    for service in stack.services:
        owners = {record.owner.to_text(omit_final_dot=True) for record in service.records if record.type in ("A", "AAAA")}
        for name in sorted(owners | ({service.hostname} if service.hostname else set())):
            if name in taken:
                label = name.split(".", maxsplit=1)[0]
                key = next((key for key, value in service.options if value == label), "hostname")
                yield Problem(f"services.{service.name}.{key}", f"{name} is already the name of {taken[name]}")
            taken[name] = service.name


def _sources(stack: StackPlan) -> Iterable[Problem]:
    for service in stack.services:
        if service.certificate is None and service.options.certificate is not None:
            yield Problem(f"services.{service.name}.certificate", f"{service.name} has no certificate")
    users = ", ".join(service.name for service in stack.issued_by("acme"))
    if users and stack.site.certificates.acme is None:
        yield Problem("certificates.acme", f"is missing: the certificates of {users} are to come from a public CA")
