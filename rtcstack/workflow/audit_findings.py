"""From the differences that the database saw to sentences: what is wrong with whom, and what to type. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rtcstack.plan.audit import Audit, Lack
from rtcstack.render.audit import Kind
from rtcstack.spec.people_row import shown
from rtcstack.spec.types import person_name
from rtcstack.workflow.finding import Finding, Severity

REPAIR = "`rtcstack check-users --repair`"
REMOVE = "`rtcstack check-users --repair --remove-unknown`"
ADOPT = "`rtcstack check-users --repair --adopt-unknown`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One row that the database answered; see `Kind`."""

    kind: Kind
    service: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding, and how it can be put right: `repair` by `--repair`, `removal` and `adoption` if that is asked for too."""

    finding: Finding
    difference: Difference
    repair: bool = False
    removal: bool = False
    adoption: bool = False


def difference(row: Sequence[str]) -> Difference:
    """Given a row of the database client, return the difference. Raise ValueError if it is none."""
    kind, service, name, detail = row
    return Difference(kind=Kind(kind), service=service, name=_text(name), detail=_text(detail))


def _text(hexadecimal: str) -> str:
    return bytes.fromhex(hexadecimal).decode(errors="replace")


def told(differences: Iterable[Difference], audits: Sequence[Audit], database: str) -> tuple[Told, ...]:
    """Given differences, how services keep people, and the name of the database's service, return what to say about each.

    What is no difference but a remark (`nobody`, `people`) is left out.
    """
    order = list(Kind)
    found = sorted(differences, key=lambda each: (order.index(each.kind), each.service, each.name))
    teller = _Teller(found, audits, database)
    return tuple(teller.tell(each) for each in found if each.kind not in (Kind.NOBODY, Kind.PEOPLE))


class _Teller:
    """Makes sentences; knows all differences, because one may be the reason for another."""

    def __init__(self, found: Sequence[Difference], audits: Sequence[Audit], database: str) -> None:
        self._lacks: Mapping[str, tuple[Lack, ...]] = {audit.service: audit.lacks for audit in audits}
        self._hopeless = {(each.service, each.name) for each in found if self._lack(each) and not self._from_ha1(each)}
        self._database = database

    def _lack(self, each: Difference) -> Lack | None:
        if each.kind not in (Kind.MISSING, Kind.LACK):
            return None
        index = int(each.detail.split()[0]) if each.kind is Kind.LACK else 1
        return self._lacks[each.service][index - 1]

    def _from_ha1(self, each: Difference) -> bool:
        lack = self._lack(each)
        return lack is not None and lack.from_ha1 and each.detail.split()[-1] == "1"

    def tell(self, each: Difference) -> Told:
        """Given a difference, return what to say about it."""
        says = _SAYS[each.kind]
        lack = self._lack(each)
        words = {
            "name": shown(each.name),
            "detail": shown(each.detail),
            "service": each.service,
            "what": lack.what if lack else "",
            "now": _STATES.get(each.detail[-1:], ""),
            "then": _STATES.get(each.detail[:1], ""),
        }
        remedy = self._remedy(each, says.remedy)
        finding = Finding(
            id=f"people.{each.kind}",
            service=each.service or self._database,
            severity=Severity.WARNING if lack and not lack.serious else says.severity,
            tried=says.tried,
            happened=says.happened.format_map(words),
            remedy=_stranger(each) if each.kind is Kind.UNKNOWN else remedy.format_map(words),
        )
        return Told(
            finding=finding,
            difference=each,
            repair=remedy == _REPAIRED,
            removal=each.kind is Kind.UNKNOWN,
            adoption=ADOPT in finding.remedy,
        )

    def _remedy(self, each: Difference, usual: str) -> str:
        lacking = self._lack(each) is not None and not self._from_ha1(each)
        return _ANEW if lacking or (each.kind is Kind.ADMIN_MISSING and (each.service, each.name) in self._hopeless) else usual


def _stranger(each: Difference) -> str:
    removal = f"{REMOVE} removes what is there."
    try:
        person_name(each.name)
    except ValueError:
        return removal
    if each.detail == "1":
        return f"{ADOPT} makes them a person, with the password that they have; {removal}"
    return f"`rtcstack add-user {each.name}` makes them a person, with a new password; {removal}"


_STATES = {"0": "suspended", "1": "enabled", "2": "enabled and suspended"}
_REPAIRED = f"Type {REPAIR}."
_ANEW = "Type `rtcstack passwd {name}`: a new password makes everything anew."


@dataclass(frozen=True, slots=True)
class _Says:
    tried: str
    happened: str
    remedy: str = _REPAIRED
    severity: Severity = Severity.ERROR


_SAYS: Mapping[Kind, _Says] = {
    Kind.MISSING: _Says("whether every service has every person", "{name} is not in {service}"),
    Kind.LACK: _Says("whether every service has every person wholly", "{name} lacks {what} in {service}"),
    Kind.STATE: _Says(
        "whether every service lets in exactly the people who are enabled", "{name} is {now} in {service}, but should be {then}"
    ),
    Kind.UNKNOWN: _Says("whether a service has anybody else", "{name} is in {service}, but not among the people", ""),
    Kind.PASSWORD: _Says(
        "whether a person has the same password everywhere", "{name} has different passwords in {service} and {detail}", _ANEW
    ),
    Kind.ALIAS_MISSING: _Says("whether every alias leads to its person", "{name} does not lead to {detail} in {service}"),
    Kind.ALIAS_EXTRA: _Says("whether there are other aliases", "{name} leads to {detail} in {service}, but should not"),
    Kind.ALIAS_ORPHAN: _Says(
        "whether every alias is a person's", "{name} is an alias of {detail}, who does not exist", severity=Severity.WARNING
    ),
    Kind.ALIAS_TAKEN: _Says(
        "whether a name means one person",
        "{name} is a person, and an alias of {detail} too",
        "Type `rtcstack alias-user {detail} --remove {name}`.",
    ),
    Kind.ADMIN_MISSING: _Says(
        "whether those who administer can", "{name} is in `admins`, but does not administer {service}", severity=Severity.WARNING
    ),
    Kind.ADMIN_EXTRA: _Says("whether others can administer", "{name} administers {service}, but should not"),
    Kind.ENDING: _Says(
        "whether all is ended that should be", "sessions of {name} that should have ended may still run", severity=Severity.WARNING
    ),
}
"""What was tried, what happened, what to type, how bad it is."""
