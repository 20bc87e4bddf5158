"""One root cause is one finding: which failure explains which."""

from rtcstack.workflow.checks.verdict import HOST, Level, Observation, judge
from rtcstack.workflow.finding import Severity


def seen(name: str, level: Level, *, ok: bool = False, on: str = "", severity: Severity = Severity.ERROR, explains: bool = True) -> Observation:  # noqa: E501  # fmt: skip
    return Observation(
        id=name, service=name.split(".", maxsplit=1)[0], level=level, tried="t", happened="h", ok=ok, remedy="r",
        on=frozenset(on.split()), severity=severity, explains=explains,
    )  # fmt: skip


def ids(*observations: Observation) -> list[str]:
    return [found.id for found in judge(observations).findings]


def test_a_deeper_failure_hides_what_rests_on_the_same_service() -> None:
    verdict = judge([seen("a.login", Level.LOGIN), seen("a.container", Level.ENGINE), seen("b.login", Level.LOGIN)])
    assert [found.id for found in verdict.findings] == ["a.container", "b.login"]
    assert verdict.not_tried == {"a.login": "a.container"}
    assert verdict.passed == 0


def test_what_rests_on_another_service_is_hidden_too() -> None:
    assert ids(seen("db.container", Level.ENGINE), seen("a.login", Level.LOGIN, on="db"), seen("b.login", Level.LOGIN)) == [
        "db.container",
        "b.login",
    ]


def test_the_machine_itself_explains_everything() -> None:
    assert ids(seen(f"{HOST}.links", Level.ENGINE), seen("a.silent", Level.LISTENER)) == [f"{HOST}.links"]


def test_a_warning_and_what_explains_nothing_hide_nothing() -> None:
    assert ids(seen("a.memory", Level.NAMESPACE, severity=Severity.WARNING), seen("a.login", Level.LOGIN)) == [
        "a.login",
        "a.memory",
    ]
    assert ids(seen("a.exposed", Level.ENGINE, explains=False), seen("a.login", Level.LOGIN)) == ["a.exposed", "a.login"]


def test_two_failures_on_one_level_are_two_findings_and_one_told_twice_is_one() -> None:
    assert ids(seen("a.room", Level.USE), seen("a.upload", Level.USE), seen("a.room", Level.USE)) == ["a.room", "a.upload"]


def test_what_is_good_only_counts() -> None:
    verdict = judge([seen("a.x", Level.ENGINE, ok=True), seen("a.y", Level.LOGIN, ok=True)])
    assert (verdict.findings, verdict.passed, verdict.not_tried) == ((), 2, {})
