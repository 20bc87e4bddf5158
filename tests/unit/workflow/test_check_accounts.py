"""What `check` says about people: one finding of a kind, and that all agree if they do."""

from rtcstack.plan.audit import Audit
from rtcstack.render.audit import Kind
from rtcstack.workflow.audit_findings import Difference, told
from rtcstack.workflow.check_users import Checked
from rtcstack.workflow.checks.accounts import observations
from rtcstack.workflow.checks.verdict import judge


def checked(*differences: Difference) -> Checked:
    audit = Audit(service="kamailio", kept="", lacks=(), suspend=(), resume=(), forget=())
    return Checked(told=told(differences, [audit], "mariadb"), passed=3, people=7)


def test_agreement_is_one_passed_check() -> None:
    (seen,) = observations(checked(), "mariadb")
    assert (seen.ok, seen.happened) == (True, "they agree about 7 people")


def test_many_of_one_kind_are_one_finding_that_says_where_to_see_all() -> None:
    strangers = [Difference(kind=Kind.UNKNOWN, service="kamailio", name=name) for name in ("eve", "mallory")]
    verdict = judge(observations(checked(*strangers), "mariadb"))

    (finding,) = verdict.findings
    assert (finding.id, finding.service) == ("people.unknown", "kamailio")
    assert finding.happened == "eve is in kamailio, but not among the people, and 1 more like this"
    assert "`rtcstack check-users`" in finding.remedy
