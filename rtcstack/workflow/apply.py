"""Carry out operations, each by one call of the engine layer, in the order that keeps what runs running as long as possible."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from rtcstack.change.operation import Action, Operation
from rtcstack.engine import compose, files, links, networks
from rtcstack.engine.deliver import Generation, deliver
from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.render.compose import FILE, LABEL, config_digest, config_volume, volume_name
from rtcstack.workflow.authority.material import trusted
from rtcstack.workflow.context import Installation
from rtcstack.workflow.desired import TOOLS, Desired
from rtcstack.workflow.live import forget, generations, reload
from rtcstack.workflow.trust import of_service

Progress = Callable[[str], None]
ONE_SHOT = 120
"""Seconds that a one-shot container may take."""
PHASES = (("database",), ("turn", "turn-ephemeral"))
"""Roles in the order in which they start at `up`; everything else comes last."""


class Change:
    """One run of `up` with its hands: the engine, what is desired, and the lock that child processes inherit."""

    def __init__(self, installation: Installation, engine: Engine, desired: Desired, lock: int, progress: Progress) -> None:
        self.installation = installation
        self.engine = engine
        self.desired = desired
        self.lock = lock
        self.progress = progress

    def apply(self, operations: tuple[Operation, ...]) -> None:
        """Given operations, carry them out in order. Raise WorldError at the first that fails; the rest waits for the next run."""
        live = {path for found in self.desired.wanted.live.values() for path in found.paths}
        written = [o for o in operations if o.action in (Action.WRITE, Action.REMOVE_FILE)]
        forget(self.installation, [o.target for o in written if o.target in live])
        self._files([o for o in written if o.target not in live], live)
        for operation in operations:
            if operation.action is Action.REMOVE:
                self.progress(str(operation))
                self.engine.remove_container(operation.target)
        self._networks(operations)
        label = {f"{LABEL}.stack": self.installation.stack.site.name}
        for operation in operations:
            if operation.action is Action.CREATE_VOLUME:
                self.engine.create_volume(operation.target, label)
        self.deliver([o.target for o in operations if o.action is Action.DELIVER])
        for services in self._phases():
            self._services([o for o in operations if self._service_of(o) in services])
        self._files([o for o in written if o.target in live], set())

    def _files(self, operations: Iterable[Operation], later: set[str]) -> None:
        # What is `later` is not written yet: the manifest must not say that it is.
        directory = self.installation.compose
        for operation in operations:
            if operation.action is Action.WRITE:
                content, secret = self.desired.tree[operation.target]
                files.write_atomic(directory / operation.target, content, files.PRIVATE if secret else files.PUBLIC)
            else:
                files.remove(directory, operation.target)
        before = files.read_manifest(directory)
        manifest = {path: digest for path, digest in self.desired.wanted.files.items() if path not in later}
        manifest |= {path: before[path] for path in later & before.keys()}
        if manifest != before:
            files.write_manifest(directory, manifest)

    def _networks(self, operations: Iterable[Operation]) -> None:
        stack, tools = self.installation.stack, self.desired.images[TOOLS]
        for operation in operations:
            if operation.action in (Action.REPLACE_NETWORK, Action.REMOVE_NETWORK):
                self.progress(str(operation))
                for member in self.engine.network_members(operation.target):
                    self.engine.remove_container(member)
                self.engine.remove_network(operation.target)
            if operation.action in (Action.LINK, Action.OPEN_PORTS):
                self.progress(str(operation))
                links.make(self.engine, tools, stack)
            if operation.action in (Action.CREATE_NETWORK, Action.REPLACE_NETWORK):
                self.progress(f"create network {operation.target}")
                networks.create(self.engine, stack, operation.target)
        if not links.unit_is_right(stack, self.installation.directory):
            links.install_unit(self.engine, tools, stack, self.installation.directory)

    def _phases(self) -> Iterable[frozenset[str]]:
        services = self.installation.stack.services
        early = {role for phase in PHASES for role in phase}
        for phase in PHASES:
            yield frozenset(service.name for service in services if service.role in phase)
        yield frozenset(service.name for service in services if service.role not in early)

    def _service_of(self, operation: Operation) -> str:
        if operation.action is Action.RELOAD:
            return operation.target
        container = self.desired.wanted.containers.get(operation.target)
        return "" if container is None else container.service

    def _services(self, operations: list[Operation]) -> None:
        runs = [o for o in operations if o.action is Action.RUN]
        for operation in runs:
            if self.desired.wanted.containers[operation.target].setup == "before":
                self._one_shot(operation)
        for operation in operations:
            if operation.action is Action.START:
                self.progress(str(operation))
                self.engine.start(operation.target)
        self._containers(
            [o for o in operations if o.action is Action.CREATE], [o for o in operations if o.action is Action.RECREATE]
        )
        for operation in runs:
            if self.desired.wanted.containers[operation.target].setup == "after":
                self._one_shot(operation)
        for operation in operations:
            if operation.action is Action.RELOAD:
                self.progress(str(operation))
                reload(self.installation, self.engine, operation.target)

    def _containers(self, new: list[Operation], again: list[Operation]) -> None:
        # A namespace holder comes before who joins it; who joins a new one gives its place up first: the addresses are the same.
        joins = {o.target: self.desired.wanted.containers[o.target].joins for o in (*new, *again)}
        holders = {o.target for o in new}
        moving = [o for o in again if joins[o.target] in holders]
        for operation in moving:
            self.engine.remove_container(operation.target)
        again = [o for o in again if o not in moving]
        late = [o for o in new if again and joins[o.target]]
        self._compose([o for o in new if o not in late], recreate=False)
        self._compose(again, recreate=True)
        self._compose([*late, *moving], recreate=False)

    def _compose(self, operations: list[Operation], *, recreate: bool) -> None:
        if operations:
            for operation in operations:
                self.progress(str(operation))
            prefix = f"{self.installation.stack.site.name}-"
            names = [o.target.removeprefix(prefix) for o in operations]
            compose.run(compose.up_argv(self.installation.compose / FILE, names, recreate=recreate), keep=self.lock)

    def _one_shot(self, operation: Operation) -> None:
        self._compose([operation], recreate=True)
        code = self.engine.wait(operation.target, ONE_SHOT)
        if code != 0:
            tail = self.engine.logs(operation.target, 12).strip()
            raise WorldError(
                f"{operation.target} ended with {code}:\n{tail}", hint="Mend the cause, then type `rtcstack up` again."
            )

    def deliver(self, services: list[str]) -> None:
        """Given services, put their rendered files and their certificates into their volumes."""
        if services:
            self.progress(f"deliver files of {', '.join(services)}")
            found = [g for service in services for g in (*self._files_of(service), *self._certificate_of(service))]
            deliver(self.engine, self.desired.images[TOOLS], found)

    def deliver_certificates(self, services: Iterable[str]) -> None:
        """Given services, put their keys and certificates into their volumes."""
        deliver(self.engine, self.desired.images[TOOLS], [g for service in services for g in self._certificate_of(service)])

    def _files_of(self, service: str) -> tuple[Generation, ...]:
        artefacts = self.desired.artefacts[service]
        settled = tuple(artefact for artefact in artefacts if not artefact.live)
        current = Generation(
            volume=volume_name(self.installation.stack.site.name, config_volume(service)),
            link="current",
            digest=config_digest(settled),
            files={a.path: (a.content, a.mode, *a.owner) for a in settled},
        )
        return (current, *generations(self.installation, service, artefacts))

    def _certificate_of(self, service: str) -> list[Generation]:
        plan = self.installation.stack.service(service)
        if plan.certificate is None:
            return []
        vault = self.installation.vault
        key, chain = (vault.read(name) or b"" for name in (f"{service}.key", f"{service}.crt"))
        now = datetime.now(UTC)
        # `ca.pem` is whom the service believes, `roots.pem` whom its clients believe, as which it looks at itself.
        ca, roots = trusted(vault, now), of_service(self.installation, plan, now)
        owner = plan.main.user
        return [
            Generation(
                volume=volume_name(self.installation.stack.site.name, config_volume(service)),
                link="tls",
                digest=files.digest(key + chain + ca + roots)[:16],
                files={
                    "key.pem": (key, 0o400, *owner),
                    "cert.pem": (chain, 0o444, *owner),
                    "ca.pem": (ca, 0o444, *owner),
                    "roots.pem": (roots, 0o444, *owner),
                },
            )
        ]
