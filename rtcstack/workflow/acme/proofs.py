"""Proofs in the DNS: TXT records put beside whatever is there (RFC 2136), waited for at every name server, and taken away again.

What is about to be put is written down first, so that after a kill the next run takes it away. Only our own values come and go: at
`_acme-challenge` of a domain other people's clients prove things too.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import dns.name

from rtcstack.engine.vault import Vault
from rtcstack.errors import RequestError, RtcstackError, WorldError
from rtcstack.probes.dns_ask import Reply, ask_all, send
from rtcstack.probes.dns_key import Key as TsigKey
from rtcstack.probes.dns_look import apex
from rtcstack.probes.dns_look import look as look_at
from rtcstack.probes.dns_server import Server, resolve
from rtcstack.workflow.acme import ledger
from rtcstack.workflow.acme.ledger import Proof
from rtcstack.workflow.acme.settings import Settings
from rtcstack.workflow.dns.push import PATIENCE
from rtcstack.workflow.dns.replies import PREREQUISITES, apex_error, ask_error, update_error
from rtcstack.workflow.dns.servers import address_of, zone_servers
from rtcstack.zone.difference import ALIAS, Action, RecordSet, Step, Values
from rtcstack.zone.update import message

LABEL = "_acme-challenge"
TTL = 60
"""Seconds."""
SILENCE = 12.0
"""Seconds after which a name server that never answered is passed over, as resolvers do."""
PAUSE = 0.5
"""Seconds between two looks at the name servers."""
SPREAD = 120.0
"""Seconds until every name server must serve what was put."""
TRIES = 5
"""So often an update is made anew because somebody changed the same set in between."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone on the server that takes our updates, with the name of its primary."""

    server: Server
    origin: dns.name.Name
    primary: str
    key: TsigKey


def owner(name: str, challenge_domain: str) -> dns.name.Name:
    """Given a DNS name and where proofs are delegated to ("" for nowhere), return where the record must stand.

    With a delegation `_acme-challenge.NAME` is an alias (CNAME) of `NAME.<challenge domain>`.
    """
    return dns.name.from_text(f"{name}.{challenge_domain}" if challenge_domain else f"{LABEL}.{name}")


class Proofs:
    """The proofs at the name server that the file names. Raise RtcstackError from everything but `clear`."""

    def __init__(self, vault: Vault, settings: Settings) -> None:
        self.vault = vault
        self.settings = settings

    def ready(self, names: Iterable[str]) -> None:
        """Given names that will have to be proven, return if the name server holds their zones and knows the key."""
        self._zones(Proof(owner(name, self.settings.challenge_domain), "") for name in names)

    def put(self, values: Iterable[tuple[str, str]]) -> None:
        """Given names and the values that the CA wants to see for them, put these, and return when all name servers serve them."""
        found = tuple(sorted(Proof(owner(name, self.settings.challenge_domain), value) for name, value in values))
        zones = self._zones(found)
        ledger.add(self.vault, str(self.settings.place), found)
        for zone, mine in zones.items():
            self._update(zone, mine, come=True)
        deadline = time.monotonic() + SPREAD
        for zone, mine in zones.items():
            _wait(zone, mine, deadline)

    def clear(self) -> str:
        """Take away whatever this run or one before it left at the name server. Return why it could not be done, "" if it is."""
        place = str(self.settings.place)
        try:
            for zone, mine in self._zones(ledger.read(self.vault, place)).items():
                self._update(zone, mine, come=False)
                ledger.remove(self.vault, place, mine)
        except RtcstackError as error:
            return f"the proofs at {place} could not be taken away, the next run tries again: {error.message}"
        return ""

    def _zones(self, proofs: Iterable[Proof]) -> dict[Zone, tuple[Proof, ...]]:
        found: dict[Zone, tuple[Proof, ...]] = {}
        for proof in proofs:
            zone = self._zone(proof.owner)
            found[zone] = (*found.get(zone, ()), proof)
        return found

    def _zone(self, name: dns.name.Name) -> Zone:
        key = self.settings.key
        for server in resolve(self.settings.place):
            top = asyncio.run(apex(server, name, key=key))
            if top.origin is not None:
                return Zone(server, top.origin, top.primary, key)
            if top.reply.failure not in ("timeout", "refused", "unreachable", "closed"):
                break
        if top.reply.failure == "unsigned":
            # Some answer signed questions only to a key that may write, and do not say which of the two is wrong.
            plain = asyncio.run(apex(server, name))
            raise ask_error(server, name, key, Reply("badkey") if plain.origin is not None else plain.reply)
        raise apex_error(server, name, key, top)

    def _update(self, zone: Zone, proofs: Sequence[Proof], *, come: bool) -> None:
        wanted = _sets(proofs)
        for left in reversed(range(TRIES)):
            steps = tuple(_steps(zone, wanted, come=come))
            if not steps:
                return
            update = message(zone.origin, steps)
            update.use_tsig(zone.key.tsig())
            reply = asyncio.run(send(zone.server, update, PATIENCE))
            if not reply.failure and reply.code == "NOERROR":
                return
            if reply.failure or reply.code not in PREREQUISITES or not left:
                changed = tuple(name.to_text(omit_final_dot=True) for name in wanted)
                raise update_error(zone.server, zone.origin, zone.key, zone.primary, reply, changed)


def _sets(proofs: Iterable[Proof]) -> dict[dns.name.Name, Values]:
    found: dict[dns.name.Name, Values] = {}
    for proof in proofs:
        found[proof.owner] = found.get(proof.owner, frozenset()) | {proof.rdata}
    return found


def _steps(zone: Zone, wanted: Mapping[dns.name.Name, Values], *, come: bool) -> Iterator[Step]:
    keys = {(name, kind) for name in wanted for kind in ("TXT", ALIAS)}
    seen = asyncio.run(look_at(zone.server, zone.origin, keys, key=zone.key))
    for (name, _), reply in seen.failed.items():
        raise ask_error(zone.server, name, zone.key, reply)
    for name, values in sorted(wanted.items()):
        alias, there = seen.sets.get((name, ALIAS)), seen.sets.get((name, "TXT"))
        if come and (alias is not None or name in seen.delegated):
            raise _elsewhere(zone.server, name, alias, seen.delegated.get(name))
        present = there.values if there is not None else frozenset()
        add, delete = (values - present, frozenset()) if come else (frozenset(), values & present)
        if add or delete:
            action = Action.ADD if not present else Action.CHANGE if (present - delete) | add else Action.REMOVE
            ttl = TTL if there is None else there.ttl
            yield Step(key=(name, "TXT"), action=action, before=there, delete=delete, add=add, ttl=ttl)


def _elsewhere(server: Server, name: dns.name.Name, alias: RecordSet | None, below: dns.name.Name | None) -> RequestError:
    if alias is None:
        return RequestError(
            f"{server} hands {name} to the zone {below}", hint="Set certificates.acme.server to a name server of that zone."
        )
    return RequestError(
        f"{name} is an alias of {next(iter(alias.values))}: nothing can stand beside it",
        hint="Set certificates.acme.challenge_domain if proofs are to be made elsewhere, or take the alias away.",
    )


def _wait(zone: Zone, proofs: Sequence[Proof], deadline: float) -> None:
    # Who serves something else would let the CA's look fail; who is silent is passed over by the CA's resolvers too.
    wanted = _sets(proofs)
    servers: dict[str, Server | str] = {zone.server.address: zone.server}
    for name in zone_servers(zone.server, zone.origin, zone.key):
        try:
            found = address_of(zone.server, zone.origin, name, zone.key)
        except WorldError as error:
            servers.setdefault(str(name), error.message)
        else:
            servers.setdefault(found.address, found)
    asked = [server for server in servers.values() if isinstance(server, Server)]
    with ThreadPoolExecutor() as pool:
        late = [
            server
            for server, right in zip(asked, pool.map(lambda one: _served(one, wanted, deadline), asked), strict=True)
            if not right
        ]
    if late:
        names = ", ".join(name.to_text(omit_final_dot=True) for name in wanted)
        raise WorldError(
            f"after {SPREAD:.0f} seconds the proofs ({names}) are not served by {', '.join(map(str, late))}",
            hint=f"Does it fetch {zone.origin.to_text(omit_final_dot=True)} from {zone.server} at once (NOTIFY)? Then try again.",
        )


def _served(server: Server, wanted: Mapping[dns.name.Name, Values], deadline: float) -> bool:
    patience = min(deadline, time.monotonic() + SILENCE)
    answered = False
    while True:
        replies = asyncio.run(ask_all(server, [(name, "TXT") for name in wanted]))
        answered = answered or any(not reply.failure for reply in replies.values())
        sets = {name: reply.rrset(name, "TXT") for (name, _), reply in replies.items() if reply.good}
        if all(values <= frozenset(sets.get(name) or ()) for name, values in wanted.items()):
            return True
        if time.monotonic() > (deadline if answered else patience):
            return not answered
        time.sleep(PAUSE)
