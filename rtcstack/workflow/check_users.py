"""`check-users`: do the services agree with who exists? And what can be put right without a new password."""

from dataclasses import dataclass
from enum import Enum

from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.plan.audit import Audit
from rtcstack.plan.people import THROW_AWAY
from rtcstack.render.audit import Kind, comparison, repair
from rtcstack.render.people import Outcome
from rtcstack.workflow import endings, people
from rtcstack.workflow.audit_findings import Told, difference, told
from rtcstack.workflow.context import Installation
from rtcstack.workflow.finding import Finding


class Strangers(Enum):
    """What shall become of those who are in a service but not among the people."""

    LEAVE = "leave"
    REMOVE = "remove"
    ADOPT = "adopt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found, how many comparisons found nothing, how many people there are, and remarks about the file."""

    told: tuple[Told, ...]
    passed: int
    people: int
    remarks: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings alone."""
        return tuple(each.finding for each in self.told)

    def repairable(self, wish: Strangers) -> tuple[Finding, ...]:
        """Given what shall become of strangers, return the findings that a repair would put right."""
        return tuple(each.finding for each in self.told if each.repair or _meant(each, wish))

    def strangers(self, wish: Strangers) -> tuple[str, ...]:
        """Given what shall become of strangers, return the names of those of whom it can, each once."""
        return tuple(sorted({each.difference.name for each in self.told if _meant(each, wish)}))


def _meant(each: Told, wish: Strangers) -> bool:
    return (wish is Strangers.REMOVE and each.removal) or (wish is Strangers.ADOPT and each.adoption)


def audits(installation: Installation) -> tuple[Audit, ...]:
    """Given an installation, return how each service that keeps people is compared."""
    found = (service.audit(installation.stack) for service in installation.services)
    return tuple(audit for audit in found if audit is not None)


def check_users(installation: Installation) -> Checked:
    """Given an installation, compare what all services keep with who exists. Nothing is changed. Raise WorldError."""
    asked = audits(installation)
    script = comparison(asked, installation.stack.site.admins)
    with Engine() as engine:
        rows = people.run(installation, engine, script)
    if rows[-1:] == [[Outcome.BUSY]]:
        raise WorldError("somebody else is changing people", hint="Wait a little, then type the command again.")
    # Those of a `rtcstack check` that runs just now are nobody's business.
    found = [each for each in map(difference, rows) if not each.name.startswith(THROW_AWAY)]
    wrong = told(found, asked, installation.stack.role("database").name)
    failed = {(each.difference.kind, each.difference.service) for each in wrong}
    return Checked(
        told=wrong,
        passed=len(_comparisons(asked)) - len(failed),
        people=next(int(each.detail) for each in found if each.kind is Kind.PEOPLE),
        remarks=tuple(
            f"{each.name} is in `admins`, but there is no such person: `rtcstack add-user {each.name}`."
            for each in found
            if each.kind is Kind.NOBODY
        ),
    )


def repair_users(installation: Installation, checked: Checked, wish: Strangers) -> None:
    """Given what was found, put right what needs no new password, in one transaction, and end the sessions that must end.

    Of strangers those who were found go or become people, as wished, if they are still what they were.
    Raise WorldError if the database or a service cannot be reached.
    """
    names = checked.strangers(wish)
    removed, adopted = (names, ()) if wish is Strangers.REMOVE else ((), names)
    script = repair(audits(installation), removed, adopted)
    with Engine() as engine:
        people.change(installation, engine, script)
        left = endings.finish_left(installation, engine)
    if left:
        raise WorldError(left, hint="Type `rtcstack up`, which brings the services back and ends what is left.")


def _comparisons(asked: tuple[Audit, ...]) -> set[tuple[Kind, str]]:
    made = {(kind, "") for kind in (Kind.ALIAS_ORPHAN, Kind.ALIAS_TAKEN, Kind.ENDING)}
    for audit in asked:
        kinds = [Kind.MISSING, Kind.LACK, Kind.STATE, Kind.UNKNOWN, Kind.PASSWORD]
        kinds += [Kind.ALIAS_MISSING, Kind.ALIAS_EXTRA] if audit.aliases else []
        kinds += [Kind.ADMIN_MISSING, Kind.ADMIN_EXTRA] if audit.admins else []
        made |= {(kind, audit.service) for kind in kinds}
    return made
