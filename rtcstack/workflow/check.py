"""`check`: can somebody out there log in, write and call, and if not, why? Looked at inside, asked as a client, judged once."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address

from rtcstack.engine import host, links
from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import ContainerFacts
from rtcstack.errors import RequestError, WorldError
from rtcstack.pki.certificates import fingerprint
from rtcstack.plan.container import Container
from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.plan.service import ServicePlan
from rtcstack.probes.result import ProbeResult, Roots
from rtcstack.probes.run import probe_all
from rtcstack.render.compose import container_name
from rtcstack.workflow.apply import Progress
from rtcstack.workflow.checks import (
    accounts,
    database,
    engine_facts,
    last,
    listening,
    namespace,
    naming,
    neighbours,
    own_health,
    protocol,
    sessions,
)
from rtcstack.workflow.checks.throwaway import two
from rtcstack.workflow.checks.verdict import HOST, Observation, Verdict, judge
from rtcstack.workflow.context import Installation
from rtcstack.workflow.converge import build_images
from rtcstack.workflow.inside import probe_inside
from rtcstack.workflow.observe import stack_label
from rtcstack.workflow.trust import roots
from rtcstack.workflow.visitor import asking_from
from rtcstack.workflow.zone import records_inside

AREAS = ("sip", "turn", "xmpp", "people", "tls", "dns", "host")
ROLES = {"sip": ("sip",), "turn": ("turn", "turn-ephemeral"), "xmpp": ("xmpp",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What to look at: areas (all if empty), without accounts if quick, from this machine instead of a container on the network."""

    only: frozenset[str] = frozenset()
    quick: bool = False
    from_host: bool = False
    resolver: str = ""

    def has(self, area: str) -> bool:
        """Whether this area is looked at."""
        return not self.only or area in self.only

    @property
    def key(self) -> str:
        """The scope as text, for the file of the last run."""
        return ",".join([*sorted(self.only), *["quick"] * self.quick, *["host"] * self.from_host]) or "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The verdict, what is other than last time, and how long it took."""

    verdict: Verdict
    changes: last.Changes
    seconds: float
    observations: tuple[Observation, ...] = field(default=(), repr=False)


def scope(only: str, *, quick: bool, place: str, resolver: str) -> Scope:
    """Given the words of the command line, return the scope. Raise RequestError for a word that is none."""
    areas = frozenset(word.strip() for word in only.split(",") if word.strip())
    if unknown := sorted(areas - set(AREAS)):
        raise RequestError(f"there is no area {', '.join(unknown)}", hint=f"The areas: {', '.join(AREAS)}.")
    if place not in ("network", "host"):
        raise RequestError(
            f"there is no place {place}", hint="`--from network` is a container beside the services, `--from host` here."
        )
    if resolver:
        try:
            ip_address(resolver)
        except ValueError:
            raise RequestError(f"{resolver} is no IP address", hint="Give the address of a name server.") from None
    return Scope(only=areas, quick=quick, from_host=place == "host", resolver=resolver)


def check(installation: Installation, scope: Scope, progress: Progress) -> CheckResult:
    """Given an installation and a scope, return what is wrong. Raise RequestError, or WorldError if nothing could be asked."""
    began = time.monotonic()
    if scope.from_host and (not installation.stack.site.network.host_access or links.missing(installation.stack)):
        raise RequestError(
            "this machine has no way of its own to the services",
            hint="Set `network.host_access = true` and type `rtcstack up`, or check from the network.",
        )
    with Engine() as engine:
        images = {sessions.IMAGE, neighbours.IMAGE}
        build_images(engine, images, installation.directory, progress)
        seen = tuple(_Look(installation, engine, scope).observations(progress))
    verdict = judge(seen)
    changed = last.changes(installation.compose, scope.key, verdict.findings)
    return CheckResult(verdict=verdict, changes=changed, seconds=round(time.monotonic() - began, 1), observations=seen)


class _Look:
    """One look at an installation: what is found first decides what is worth asking next."""

    def __init__(self, installation: Installation, engine: Engine, scope: Scope) -> None:
        self.installation = installation
        self.engine = engine
        self.scope = scope
        self.stack = installation.stack
        self.services = self._services()
        self.containers: Mapping[str, ContainerFacts] = {c.name: c for c in engine.containers(stack_label(installation))}

    def observations(self, progress: Progress) -> Iterator[Observation]:
        """Yield every observation: first what needs no account, all at once, then the clients with accounts."""
        progress("look into the containers, ask every listener")
        with ThreadPoolExecutor() as pool:
            parts = [pool.submit(part) for part in self._parts]
            first = [seen for part in parts for seen in part.result()]
        names = {service.name for service in self.services} | {HOST}
        first = [seen for seen in first if seen.service in names]
        yield from first
        areas = self._areas()
        if not areas:
            return
        if any(not seen.ok and seen.service == self._database_name and seen.severity == "error" for seen in first if seen.explains):
            progress("no accounts: the database must be mended first")
            return
        progress(f"let two clients use {', '.join(areas)} with accounts for the length of this check")
        yield from (seen for seen in self._clients(areas) if seen.service in names)

    @property
    def _parts(self) -> tuple[Callable[[], list[Observation]], ...]:
        return (self._engine, self._inside, self._database, self._people, self._neighbours, self._listeners, self._health)

    @property
    def _database_name(self) -> str:
        return self.stack.role("database").name

    def _services(self) -> tuple[ServicePlan, ...]:
        if not self.scope.only or self.scope.only & {"people", "tls", "dns", "host"}:
            return self.stack.services
        roles = {role for area in self.scope.only for role in ROLES[area]}
        wanted = [service for service in self.stack.services if service.role in roles]
        return (*wanted, self.stack.role("database"))

    def _areas(self) -> tuple[str, ...]:
        areas = tuple(area for area in sessions.AREAS if self.scope.has(area))
        if self.scope.only and self.resolver and "dns" in self.scope.only:
            areas = (*areas, "dns")
        return () if self.scope.quick or self.scope.from_host else areas

    @property
    def resolver(self) -> str:
        """The name server that clients ask: the given one, the stack's own, or "" for the printed zone."""
        own = next((s for s in self.stack.services if any(entry.protocol is Protocol.DNS for entry in s.listeners)), None)
        return self.scope.resolver or ("" if own is None else str(own.address))

    def _running(self, name: str) -> bool:
        return name in self.containers and self.containers[name].state == "running"

    def _name(self, container: str) -> str:
        return container_name(self.stack.site.name, container)

    def _engine(self) -> list[Observation]:
        return list(engine_facts.observe(self.installation, self.containers))

    def _inside(self) -> list[Observation]:
        plans = [(service, plan) for service in self.services for plan in service.containers if not plan.setup]
        with ThreadPoolExecutor() as pool:
            return [seen for found in pool.map(self._one_inside, *zip(*plans, strict=True)) for seen in found]

    def _one_inside(self, service: ServicePlan, plan: Container) -> list[Observation]:
        name = self._name(plan.name)
        if not self._running(name):
            return []
        seen: list[Observation] = []
        # What is wrong only once was a container in the middle of something.
        for pause in (0.0, 0.5):
            time.sleep(pause)
            try:
                with Engine() as engine:
                    inside = namespace.look(engine, name, plan)
            except WorldError:
                # It ended in this moment: who asks it next will tell.
                return []
            facts, network = self.containers[name], self.stack.site.network
            seen = [] if inside is None else list(namespace.observe(service, plan, facts, inside, network))
            if all(one.ok for one in seen):
                break
        return seen

    def _database(self) -> list[Observation]:
        if not self._running(self._name(self._database_name)):
            return []
        with Engine() as engine:
            return list(database.observe(self.installation, engine))

    def _people(self) -> list[Observation]:
        if self.scope.quick or not self.scope.has("people") or not self._running(self._name(self._database_name)):
            return []
        return list(accounts.observe(self.installation))

    def _health(self) -> list[Observation]:
        running = [service for service in self.services if self._running(self._name(service.name))]
        with Engine() as engine:
            return list(own_health.observe(engine, [(s, self.containers[self._name(s.name)]) for s in running]))

    def _neighbours(self) -> list[Observation]:
        if not self.scope.has("host") and not self.scope.only & set(ROLES):
            return []
        with Engine() as engine:
            found = neighbours.ask(engine, self.stack.site.network, neighbours.expected(self.stack))
        return list(neighbours.observe(self.stack, found, host.mac(self.stack.site.network.parent)))

    def _listeners(self) -> list[Observation]:
        if self.scope.only and not self.scope.only - {"people", "host", "dns"}:
            return []
        services = [s for s in self.services if self._running(self._name(s.name))]
        secure = self.scope.only and not self.scope.only & set(ROLES)
        wanted = tuple(entry for s in services for entry in s.listeners if not entry.internal and not (secure and _plain(entry)))
        ca = roots(self.installation, datetime.now(UTC))
        own = asking_from(self.stack.site.network, from_host=self.scope.from_host)
        results = {result.listener: result for result in self._ask(wanted, ca)}
        # A busy machine may be late once; who says nothing twice is silent.
        late = tuple(result.listener for result in results.values() if result.code in listening.NO_ANSWER)
        if late:
            results |= {result.listener: result for result in self._ask(late, ca)}
        return [
            seen
            for service in services
            for seen in self._judged(service, [r for r in results.values() if r.listener in service.listeners], own)
        ]

    def _ask(self, wanted: tuple[Listener, ...], ca: Roots) -> tuple[ProbeResult, ...]:
        if self.scope.from_host:
            return probe_all(wanted, ca)
        with Engine() as engine:
            return probe_inside(self.installation, engine, wanted, ca)

    def _judged(self, service: ServicePlan, results: Sequence[ProbeResult], own: frozenset[str]) -> Iterator[Observation]:
        if not results:
            return
        on = frozenset({self._database_name} if service.database is not None else ())
        name = self._name(service.name)
        stored = self.installation.vault.read(f"{service.name}.crt")
        digest = fingerprint(stored) if stored and service.certificate is not None else ""
        yield from listening.listening(service, results, on, name)
        yield from protocol.observe(
            service, results, domain=self.stack.site.domain, own=own, stored=digest, container=name
        )  # fmt: skip

    def _clients(self, areas: Sequence[str]) -> Iterator[Observation]:
        records = records_inside(self.installation)
        try:
            stay = contextlib.ExitStack()
            people = stay.enter_context(two(self.installation, self.engine))
        except WorldError as error:
            yield sessions.nobody(self.stack, error.message)
            return
        with stay:
            asked = sessions.told(self.installation, records, people, areas, self.resolver)
            lines = sessions.run(self.installation, self.engine, asked)
        for line in lines:
            if line["id"] == "names":
                yield from naming.observe(self.stack, self.resolver, line["records"])
        yield from sessions.observations(self.stack, lines)


def _plain(listener: Listener) -> bool:
    return listener.transport not in (Transport.TLS, Transport.DTLS) and not listener.starttls
