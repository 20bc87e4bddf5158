"""What the inside of every container tells: addresses, MAC, default route, clock, disks, memory, a readable key."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from rtcstack.engine.docker import Engine
from rtcstack.engine.facts import ContainerFacts
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.plan.container import Container
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.site import NetworkPlan
from rtcstack.workflow.checks.verdict import HOST, Level, Observation
from rtcstack.workflow.finding import Severity
from rtcstack.workflow.readback import lan_leg, leads_to

SKEW = 5
"""Seconds that a clock may be off; a TLS client or a one-time password would still take it."""
FULL, NEARLY = 0.98, 0.90
"""Parts of a disk, or of the memory that a container may take."""
TRIES = 3
RESTARTS, RECENT = 3, 600
"""So many restarts by the engine, the last one less than so many seconds ago."""

SCRIPT = """
for link in /sys/class/net/*; do read -r mac <"$link/address"; echo "link ${link##*/} $mac"; done
while read -r line; do echo "route $line"; done </proc/net/route
[ -e /proc/net/ipv6_route ] && while read -r line; do echo "route6 $line"; done </proc/net/ipv6_route
[ -e /proc/net/if_inet6 ] && while read -r line; do echo "address6 $line"; done </proc/net/if_inet6
while read -r mark one two _; do
    case $mark in "|--") last=$one ;; esac
    case "$one $two" in "host LOCAL") echo "address $last" ;; esac
done </proc/net/fib_trie
for base in /sys/fs/cgroup/memory /sys/fs/cgroup; do
    for file in memory.usage_in_bytes memory.current memory.limit_in_bytes memory.max; do
        [ -r "$base/$file" ] && read -r value <"$base/$file" && echo "$file $value"
    done
    [ -r "$base/memory.stat" ] && while read -r line; do
        case $line in total_inactive_file*|inactive_file*) echo "$line" ;; esac
    done <"$base/memory.stat"
done
for file in key cert; do [ -r "/config/tls/$file.pem" ] && echo "readable $file"; done
echo disks
df -Pk "$@" 2>/dev/null
echo "started $(stat -c %Y /proc/1)"
echo "clock $(date +%s)"
"""
"""The shell's own hands wherever they do: a container may hold few processes, and they are the server's."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What the script told, by first word, and our own clock at that moment."""

    rows: tuple[tuple[str, ...], ...]
    now: float

    def of(self, word: str) -> list[tuple[str, ...]]:
        """Given a first word, return the rest of every such line."""
        return [row[1:] for row in self.rows if row[0] == word]

    def disks(self) -> dict[str, tuple[int, int, int]]:
        """Return size, used and free space in KiB of every disk by its place (POSIX: six columns of `df -P`)."""
        return {
            row[5]: (int(row[1]), int(row[2]), int(row[3]))
            for row in self.rows
            if len(row) == 6 and row[4].endswith("%") and all(word.isdigit() for word in row[1:4])
        }

    def number(self, *words: str) -> int | None:
        """Given first words, return the number after the first of them that is there."""
        for word in words:
            for row in self.of(word):
                if row and row[0].isdigit():
                    return int(row[0])
        return None


def look(engine: Engine, name: str, container: Container) -> Inside | None:
    """Given a running container, look inside; None if it cannot tell (it just ended). Raise WorldError if the engine is away."""
    places = ["/", *(mount.target for mount in container.mounts), *(tmpfs.target for tmpfs in container.tmpfs)]
    for _ in range(TRIES):
        result = engine.exec(name, ["sh", "-c", SCRIPT, "look", *places])
        rows = tuple(tuple(line.split()) for line in result.stdout.decode(errors="replace").splitlines() if line.strip())
        inside = Inside(rows, time.time())
        if inside.number("clock") and inside.number("started"):
            return inside
    return None


def observe(
    service: ServicePlan, container: Container, facts: ContainerFacts, inside: Inside, network: NetworkPlan
) -> Iterator[Observation]:
    """Given a container as planned and as it is, yield an observation of each kind. Pure."""
    watch = _Watch(service, container, facts)
    yield from _network(watch, inside, network)
    yield from _key(watch, service.certificate, inside)
    yield _clock(watch, inside)
    yield from _disks(watch, inside)
    yield from _memory(watch, inside)
    started = inside.number("started")
    restless = facts.restarts >= RESTARTS and started is not None and inside.now - started < RECENT
    yield watch.see(
        "restarts",
        "how often it was restarted",
        f"{facts.restarts} times, the last time less than {RECENT // 60} minutes ago" if restless else f"{facts.restarts} times",
        f"Type `rtcstack logs {service.name}`: its last lines say why it ends.",
        ok=not restless,
        severity=Severity.WARNING,
    )


@dataclass(frozen=True, slots=True)
class _Watch:
    service: ServicePlan
    container: Container
    facts: ContainerFacts

    def see(
        self, what: str, tried: str, happened: str, remedy: str, *, ok: bool, severity: Severity = Severity.ERROR, name: str = ""
    ) -> Observation:
        owner = name or self.service.name
        return Observation(
            id=f"{owner}.{what}",
            service=owner,
            level=Level.NAMESPACE,
            tried=f"{self.facts.name}: {tried}" if not name else tried,
            happened=happened,
            ok=ok,
            remedy=remedy,
            severity=severity,
        )


def _network(watch: _Watch, inside: Inside, network: NetworkPlan) -> Iterator[Observation]:
    leg = lan_leg(watch.container)
    if leg is None:
        return
    again = f"Type `docker restart {watch.facts.name}`: the engine sets its network up anew."
    links = {row[0]: row[1] for row in inside.of("link") if len(row) > 1}
    right = not leg.mac or leg.mac in links.values()
    yield watch.see("mac", "its MAC address", f"{leg.mac}" if right else f"no link has {leg.mac}", again, ok=right)
    if not right:
        # Whoever changed it took addresses and routes with it.
        return
    missing = [str(leg.address)] if leg.address is not None and (str(leg.address),) not in inside.of("address") else []
    six = {row[0] for row in inside.of("address6")}
    if leg.address6 is not None and leg.address6.exploded.replace(":", "") not in six:
        missing.append(str(leg.address6))
    happened = f"it has not {' and '.join(missing)}" if missing else "all are there"
    yield watch.see("address", "its addresses", happened, again, ok=not missing)
    if missing:
        return
    gateway = "".join(f"{octet:02X}" for octet in reversed(network.gateway.packed))
    defaults = [row for row in inside.of("route") if row[1:2] == ("00000000",) and row[2] != "00000000"]
    good = any(row[2] == gateway and links.get(row[0]) == (leg.mac or links.get(row[0])) for row in defaults)
    happened = f"it leads to {network.gateway}" if good else f"it does not lead to {network.gateway}"
    yield watch.see("route", "its default route", happened, again, ok=good)
    if leg.address6 is not None:
        good = leads_to(network.gateway6, inside.of("route6"))
        happened = f"it leads to {network.gateway6}" if good else f"it does not lead to {network.gateway6}"
        yield watch.see("route6", "its default route for IPv6", happened, again, ok=good)


def _key(watch: _Watch, request: CertificateRequest | None, inside: Inside) -> Iterator[Observation]:
    if request is None or watch.container.name != watch.service.name:
        return
    readable = {row[0] for row in inside.of("readable")}
    unreadable = [f"/config/tls/{file}.pem" for file in ("key", "cert") if file not in readable]
    yield watch.see(
        "key",
        "to read its key and certificate as the server would",
        f"{' and '.join(unreadable)} cannot be read: it would not start again" if unreadable else "both can be read",
        f"Type `docker rm -f {watch.facts.name}`, then `rtcstack up`: they are delivered anew.",
        ok=not unreadable,
    )


def _clock(watch: _Watch, inside: Inside) -> Observation:
    off = round((inside.number("clock") or 0) - inside.now)
    return watch.see(
        "clock",
        "its clock against this machine's",
        f"{abs(off)} seconds {'ahead' if off > 0 else 'behind'}" if abs(off) > SKEW else "they agree",
        f"Containers have this machine's clock: look for FAKETIME or LD_PRELOAD in `docker inspect {watch.facts.name}`; "
        f"`docker rm -f {watch.facts.name}` and `rtcstack up` make it anew.",
        ok=abs(off) <= SKEW,
    )


def _disks(watch: _Watch, inside: Inside) -> Iterator[Observation]:
    found = inside.disks()
    machine = found["/"][0] if "/" in found else 0
    for place, (size, used, free) in found.items():
        # What is as large as the container's root is the engine's own disk: one finding, whichever container tells.
        ours = size != machine and size > 0
        if not size or (not ours and place != "/"):
            continue
        # What is kept for root alone is no space for a service.
        part = used / max(1, used + free)
        yield watch.see(
            "disk",
            f"the space in {place}" if ours else "the space on the engine's disk",
            f"{part:.0%} of it are used, {free // 1024} MiB are free",
            f"Make room: `docker exec {watch.facts.name} du -x {place}` shows what takes it."
            if ours
            else "Make room: `docker system df` shows what the engine keeps, `df -h` the rest.",
            ok=part < NEARLY,
            severity=Severity.ERROR if part >= FULL else Severity.WARNING,
            name="" if ours else HOST,
        )


def _memory(watch: _Watch, inside: Inside) -> Iterator[Observation]:
    limit, usage = inside.number("memory.limit_in_bytes", "memory.max"), inside.number("memory.usage_in_bytes", "memory.current")
    if limit is None or usage is None or limit > 1 << 50:
        return
    usage -= inside.number("total_inactive_file", "inactive_file") or 0
    part = usage / limit
    yield watch.see(
        "memory",
        "its memory against its limit",
        f"{usage >> 20} of {limit >> 20} MiB are in use",
        f"At the limit the kernel ends it: type `rtcstack logs {watch.service.name}`, then `docker restart {watch.facts.name}`.",
        ok=part < NEARLY,
        severity=Severity.WARNING,
    )
