"""Findings, and how one root cause stays one finding. Pure.

Every check leaves an observation, good or bad. Each has a level: what lies deeper (a container, an address) comes first. A bad
observation hides the later ones that rest on the same service: they count as not tried, neither as passed nor as findings.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from rtcstack.workflow.finding import Finding, Severity

HOST = "host"
"""The service that a finding about this machine carries."""


class Level(IntEnum):
    """What must be right before the next can be."""

    ENGINE = 0
    NAMESPACE = 1
    DATABASE = 2
    NEIGHBOURS = 3
    NAMES = 4
    LISTENER = 5
    PROTOCOL = 6
    LOGIN = 7
    USE = 8
    TOGETHER = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One check that was made. `id` is `service.what`; `on` are further services it rests on; `remedy` is what to type.

    `explains` is false for what is wrong without being the cause of anything else.
    """

    id: str
    service: str
    level: Level
    tried: str
    happened: str
    ok: bool
    remedy: str = ""
    severity: Severity = Severity.ERROR
    on: frozenset[str] = frozenset()
    explains: bool = True

    @property
    def rests_on(self) -> frozenset[str]:
        """Every service that must be right for this to be right."""
        return self.on | {self.service}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The findings, how many checks passed, and which were not tried because of a finding (id to that finding's id)."""

    findings: tuple[Finding, ...]
    passed: int
    not_tried: dict[str, str] = field(default_factory=dict)


def judge(observations: Iterable[Observation]) -> Verdict:
    """Given observations, return what is wrong at the root. What fails on the same level as another failure is a finding too."""
    # One root is one finding, however many containers tell of it.
    roots: dict[str, Observation] = {}
    not_tried: dict[str, str] = {}
    passed = 0
    for seen in sorted(observations, key=lambda item: item.level):
        if seen.ok:
            passed += 1
            continue
        cause = next((root for root in roots.values() if _explains(root, seen)), None)
        if cause is None:
            roots.setdefault(seen.id, seen)
        elif seen.id not in roots:
            not_tried[seen.id] = cause.id
    order = sorted(roots.values(), key=lambda item: (item.severity is Severity.WARNING, item.level, item.service, item.id))
    return Verdict(findings=tuple(_finding(root) for root in order), passed=passed, not_tried=not_tried)


def _explains(root: Observation, seen: Observation) -> bool:
    if root.severity is Severity.WARNING or not root.explains or root.level >= seen.level:
        return False
    return root.service == HOST or root.service in seen.rests_on


def _finding(root: Observation) -> Finding:
    return Finding(
        id=root.id, service=root.service, severity=root.severity, tried=root.tried, happened=root.happened, remedy=root.remedy
    )
