"""What people and scripts are told about each difference, word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcstack.plan.audit import Audit, Lack
from rtcstack.render.audit import Kind
from rtcstack.workflow.audit_findings import Difference, Told, difference, told
from rtcstack.workflow.finding import Finding

NOTHING = {"suspend": (), "resume": (), "forget": ()}
AUDITS = (
    Audit(
        service="coturn",
        kept="",
        lacks=(Lack(what="the key", from_ha1=True), Lack(what="the hash", serious=False)),
        **NOTHING,  # type: ignore[arg-type]
    ),
    Audit(service="prosody", kept="", lacks=(Lack(what="the keys"),), **NOTHING),  # type: ignore[arg-type]
)
REPAIR = "Type `rtcstack check-users --repair`."
ANEW = "Type `rtcstack passwd anna`: a new password makes everything anew."
ALIAS = "`rtcstack alias-user bob --remove anna`"
REMOVE = "`rtcstack check-users --repair --remove-unknown` removes what is there."


def one(kind: Kind, service: str, detail: str = "", name: str = "anna") -> Told:
    (found,) = told([Difference(kind=kind, service=service, name=name, detail=detail)], AUDITS, "mariadb")
    return found


@pytest.mark.parametrize(
    ("kind", "service", "detail", "severity", "happened", "remedy"),
    [
        (Kind.MISSING, "coturn", "1", "error", "anna is not in coturn", REPAIR),
        (Kind.MISSING, "coturn", "0", "error", "anna is not in coturn", ANEW),
        (Kind.MISSING, "prosody", "1", "error", "anna is not in prosody", ANEW),
        (Kind.LACK, "coturn", "1 1", "error", "anna lacks the key in coturn", REPAIR),
        (Kind.LACK, "coturn", "1 0", "error", "anna lacks the key in coturn", ANEW),
        (Kind.LACK, "coturn", "2 1", "warning", "anna lacks the hash in coturn", ANEW),
        (Kind.STATE, "coturn", "1 0", "error", "anna is suspended in coturn, but should be enabled", REPAIR),
        (Kind.STATE, "coturn", "0 1", "error", "anna is enabled in coturn, but should be suspended", REPAIR),
        (Kind.STATE, "coturn", "0 2", "error", "anna is enabled and suspended in coturn, but should be suspended", REPAIR),
        (
            Kind.UNKNOWN,
            "coturn",
            "",
            "error",
            "anna is in coturn, but not among the people",
            f"`rtcstack add-user anna` makes them a person, with a new password; {REMOVE}",
        ),
        (
            Kind.UNKNOWN,
            "coturn",
            "1",
            "error",
            "anna is in coturn, but not among the people",
            "`rtcstack check-users --repair --adopt-unknown` makes them a person, with the password that they have; " + REMOVE,
        ),
        (Kind.PASSWORD, "coturn", "kamailio", "error", "anna has different passwords in coturn and kamailio", ANEW),
        (Kind.ALIAS_MISSING, "kamailio", "bob", "error", "anna does not lead to bob in kamailio", REPAIR),
        (Kind.ALIAS_EXTRA, "kamailio", "bob", "error", "anna leads to bob in kamailio, but should not", REPAIR),
        (Kind.ALIAS_ORPHAN, "", "bob", "warning", "anna is an alias of bob, who does not exist", REPAIR),
        (Kind.ALIAS_TAKEN, "", "bob", "error", "anna is a person, and an alias of bob too", f"Type {ALIAS}."),
        (Kind.ADMIN_MISSING, "coturn", "", "warning", "anna is in `admins`, but does not administer coturn", REPAIR),
        (Kind.ADMIN_EXTRA, "coturn", "", "error", "anna administers coturn, but should not", REPAIR),
        (Kind.ENDING, "", "", "warning", "sessions of anna that should have ended may still run", REPAIR),
    ],
)  # fmt: skip
def test_every_difference_is_a_sentence_and_something_to_type(
    kind: Kind, service: str, detail: str, severity: str, happened: str, remedy: str
) -> None:
    found = one(kind, service, detail)

    assert found.finding == Finding(
        id=f"people.{kind}",
        service=service or "mariadb",
        severity=found.finding.severity,
        tried=found.finding.tried,
        happened=happened,
        remedy=remedy,
    )
    assert found.finding.severity == severity
    assert found.finding.tried.startswith("whether ")
    assert found.repair == (remedy == REPAIR)
    assert found.removal == (kind is Kind.UNKNOWN)
    assert found.adoption == (kind is Kind.UNKNOWN and detail == "1")


def test_every_kind_is_told_or_is_a_remark() -> None:
    kinds = [kind for kind in Kind if kind not in (Kind.NOBODY, Kind.PEOPLE)]

    assert [one(kind, "coturn", "1 1").difference.kind for kind in kinds] == kinds
    assert told([Difference(kind=kind, service="", name="x") for kind in (Kind.NOBODY, Kind.PEOPLE)], AUDITS, "mariadb") == ()


def test_a_stranger_whose_name_nobody_can_have_can_only_be_removed() -> None:
    found = one(Kind.UNKNOWN, "coturn", "1", name="O'Neill\nroland\x1b[2J")

    assert found.finding.remedy == REMOVE
    assert found.finding.happened == r"O'Neill\nroland\x1b[2J is in coturn, but not among the people"
    assert found.difference.name == "O'Neill\nroland\x1b[2J"


def test_who_lacks_what_an_administrator_needs_wants_a_new_password() -> None:
    found = told(
        [
            Difference(kind=Kind.ADMIN_MISSING, service="coturn", name="anna"),
            Difference(kind=Kind.LACK, service="coturn", name="anna", detail="2 1"),
        ],
        AUDITS,
        "mariadb",
    )

    assert [(each.difference.kind, each.repair) for each in found] == [(Kind.LACK, False), (Kind.ADMIN_MISSING, False)]
    assert {each.finding.remedy for each in found} == {ANEW}


@given(name=st.text(), detail=st.text(), kind=st.sampled_from([Kind.UNKNOWN, Kind.ALIAS_EXTRA, Kind.ALIAS_TAKEN, Kind.ENDING]))
def test_whatever_a_row_holds_it_comes_back_and_shows_nothing_that_a_terminal_obeys(name: str, detail: str, kind: Kind) -> None:
    name, detail = (text.encode(errors="ignore").decode() for text in (name, detail))
    found = difference([kind, "coturn", name.encode().hex().upper(), detail.encode().hex()])

    assert (found.name, found.detail) == (name, detail)
    (said,) = told([found], AUDITS, "mariadb")
    assert all(char.isprintable() for char in said.finding.happened + said.finding.remedy)


def test_a_row_of_another_shape_is_no_difference() -> None:
    for row in (["busy"], ["unknown", "coturn", "zz", ""], ["else", "coturn", "", ""]):
        with pytest.raises(ValueError, match=r".+"):
            difference(row)
