"""Compare what must exist with what was found, and say what is to be done, in order. Pure."""

from collections.abc import Iterator

from rtcstack.change.operation import Action, Operation
from rtcstack.change.state import Found, FoundContainer, Wanted, WantedContainer

RUNNING = frozenset({"running", "paused", "restarting"})
"""States in which a container may be serving somebody."""


def operations(wanted: Wanted, found: Found) -> tuple[Operation, ...]:
    """Given both sides, return the operations that lead from found to wanted, each with its cause; none if they agree."""
    replaced = frozenset(
        name for name, digest in wanted.networks.items() if name in found.networks and found.networks[name].digest != digest
    )
    containers = tuple(_containers(wanted, found, bool(replaced)))
    live = tuple(_live(wanted, found, containers))
    return (
        *_secrets(wanted, found),
        *_images(wanted, found),
        *_files(wanted, found),
        *_orphans(wanted, found),
        *_givers(wanted, found),
        *_networks(wanted, found, replaced),
        *_volumes(wanted, found),
        *(operation for operation in live if operation.action is Action.DELIVER),
        *containers,
        *(operation for operation in live if operation.action is Action.RELOAD),
    )


def _secrets(wanted: Wanted, found: Found) -> Iterator[Operation]:
    for name in wanted.secrets:
        if name not in found.secrets:
            yield Operation(action=Action.MAKE_SECRET, target=name, cause="missing")
    for name, (cause, cuts) in wanted.rotating.items():
        yield Operation(action=Action.ROTATE, target=name, cause=cause, destructive=cuts)
    if not found.ca:
        yield Operation(action=Action.MAKE_CA, target="ca.crt", cause="missing")
    for service, reason in found.certificates.items():
        yield Operation(action=Action.ISSUE, target=service, cause=reason)
    if found.revocations:
        yield Operation(action=Action.SIGN_LIST, target="ca.crl", cause=found.revocations)


def _images(wanted: Wanted, found: Found) -> Iterator[Operation]:
    for name, reference in wanted.images.items():
        if reference not in found.images:
            yield Operation(action=Action.BUILD, target=name, cause=f"{reference} is missing")


def _files(wanted: Wanted, found: Found) -> Iterator[Operation]:
    for path, digest in wanted.files.items():
        here = found.files.get(path)
        if here == digest:
            continue
        written = found.manifest.get(path)
        by_hand = here is not None and written is not None and here != written
        cause = "missing" if here is None else "edited by hand" if by_hand else "changed"
        yield Operation(action=Action.WRITE, target=path, cause=cause, destructive=by_hand)
    for path in sorted(set(found.manifest) & set(found.files) - set(wanted.files)):
        by_hand = found.files[path] != found.manifest[path]
        yield Operation(action=Action.REMOVE_FILE, target=path, cause="no longer rendered", destructive=by_hand)


def _orphans(wanted: Wanted, found: Found) -> Iterator[Operation]:
    for name, container in found.containers.items():
        if name not in wanted.containers:
            running = container.state == "running"
            yield Operation(action=Action.REMOVE, target=name, cause="no service asks for it", destructive=running)


def _heirs(wanted: Wanted, found: Found) -> dict[str, str]:
    # Two services may swap their addresses in one change: who holds what another one is to have goes first.
    heirs = {address: name for name, container in wanted.containers.items() for address in container.addresses}
    return {
        name: heirs[address]
        for name, container in found.containers.items()
        if name in wanted.containers
        for address in sorted(container.addresses)
        if heirs.get(address, name) != name
    }


def _givers(wanted: Wanted, found: Found) -> Iterator[Operation]:
    for name, heir in _heirs(wanted, found).items():
        running = found.containers[name].state in RUNNING
        yield Operation(action=Action.REMOVE, target=name, cause=f"its address goes to {heir}", destructive=running)


def _networks(wanted: Wanted, found: Found, replaced: frozenset[str]) -> Iterator[Operation]:
    for name in sorted(replaced):
        network = found.networks[name]
        cause = "its definition changed" if network.digest else "it was not made by rtcstack for this stack"
        yield Operation(action=Action.REPLACE_NETWORK, target=name, cause=cause, destructive=bool(network.members))
    for name in sorted(set(found.networks) - set(wanted.networks)):
        members = bool(found.networks[name].members)
        yield Operation(action=Action.REMOVE_NETWORK, target=name, cause="no service is on it any more", destructive=members)
    if found.closed_ports:
        yield Operation(action=Action.OPEN_PORTS, target="this host", cause=found.closed_ports, destructive=True)
    if found.links:
        yield Operation(action=Action.LINK, target="this host", cause=found.links)
    for name in wanted.networks:
        if name not in found.networks:
            yield Operation(action=Action.CREATE_NETWORK, target=name, cause="missing")


def _volumes(wanted: Wanted, found: Found) -> Iterator[Operation]:
    for name in wanted.volumes:
        if name not in found.volumes:
            yield Operation(action=Action.CREATE_VOLUME, target=name, cause="missing")


def _containers(wanted: Wanted, found: Found, networks_replaced: bool) -> Iterator[Operation]:  # noqa: FBT001 - two states
    touched: set[str] = set()
    delivered: set[str] = set()
    removed = _heirs(wanted, found)
    for name, container in wanted.containers.items():
        here = None if name in removed else found.containers.get(name)
        unlinked = networks_replaced or (found.parent_gone and container.on_lan)
        operation = _container(name, container, here, unlinked, container.joins in touched)
        if operation is None:
            continue
        touched.add(name)
        if operation.action is not Action.START and container.service not in delivered:
            delivered.add(container.service)
            yield Operation(action=Action.DELIVER, target=container.service, cause=f"{name}: {operation.cause}")
        yield operation


def _live(wanted: Wanted, found: Found, others: tuple[Operation, ...]) -> Iterator[Operation]:
    delivered = {o.target for o in others if o.action is Action.DELIVER}
    anew = {o.target for o in others if o.action in (Action.CREATE, Action.RECREATE, Action.RUN)}
    anew |= {o.target for o in others if o.action is Action.START and found.containers[o.target].state != "paused"}
    for service, live in wanted.live.items():
        changed = [path for path in live.paths if found.files.get(path) != wanted.files[path]]
        if not changed:
            continue
        cause = f"{', '.join(path.partition('/')[2] for path in changed)} changed"
        if service not in delivered:
            yield Operation(action=Action.DELIVER, target=service, cause=cause)
        # A container that is about to begin reads everything by itself.
        if live.container not in anew:
            yield Operation(action=Action.RELOAD, target=service, cause=cause)


def _container(
    name: str,
    wanted: WantedContainer,
    found: FoundContainer | None,
    unlinked: bool,  # noqa: FBT001 - two states of the world
    holder_touched: bool,  # noqa: FBT001
) -> Operation | None:
    if wanted.setup:
        return _one_shot(name, wanted, found)
    if found is None:
        return Operation(action=Action.CREATE, target=name, cause="missing")
    changes = {
        "its definition or files changed": found.digest != wanted.digest,
        "its network is made anew": unlinked,
        "its namespace holder changes": holder_touched,
        "it was made but never started": found.state == "created",
        "it has lost an address": found.state == "running" and not wanted.addresses <= found.addresses,
    }
    for cause in (cause for cause, true in changes.items() if true):
        return Operation(action=Action.RECREATE, target=name, cause=cause, destructive=found.state in RUNNING)
    if found.state == "paused" or found.state not in RUNNING:
        return Operation(action=Action.START, target=name, cause=f"it is {found.state}")
    return None


def _one_shot(name: str, wanted: WantedContainer, found: FoundContainer | None) -> Operation | None:
    if found is None:
        return Operation(action=Action.RUN, target=name, cause="never ran")
    if found.digest != wanted.digest:
        return Operation(action=Action.RUN, target=name, cause="changed")
    if found.state != "exited" or found.exit_code != 0:
        return Operation(action=Action.RUN, target=name, cause="did not end well")
    return None
