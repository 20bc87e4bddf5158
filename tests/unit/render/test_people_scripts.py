"""The scripts that change people, whole: what is sent to the database is what is compared here."""

import re
from pathlib import Path

import pytest

from rtcstack.plan.people import AccountStep, Credentials
from rtcstack.render.people import (
    addition,
    asking,
    leftovers,
    listing,
    realiasing,
    removal,
    renaming,
    renewal,
    resumption,
    suspension,
)

EXPECTED = Path(__file__).parent / "expected" / "people"


def step(service: str, name: str) -> AccountStep:
    return AccountStep(
        service=service,
        insert=(f"CLEAR {name}", f"INSERT {name}"),
        suspend=(f"SUSPEND {name}",),
        resume=(f"RESUME {name}",),
        delete=(f"DELETE {name}",),
        inherit=(f"INHERIT {name}",),
        aliases=(f"ALIASES {name}",),
        states=f"STATES {service}",
        hashes=f"HASHES {name}",
    )


def steps(name: str) -> tuple[AccountStep, ...]:
    return step("one", name), step("two", name)


ROLAND = Credentials(name="roland", realm="falcot.com", created=1, updated=2, aliases=("8001", "rm"))
ROLF = Credentials(name="rolf", realm="falcot.com", created=1, updated=2, aliases=("8001",), formerly="roland")
SCRIPTS = {
    "addition": addition(steps("roland"), ROLAND),
    "addition-plain": addition(steps("roland"), Credentials(name="roland", realm="falcot.com", created=1)),
    "renewal": renewal(steps("roland"), ROLAND),
    "suspension": suspension(steps("roland"), "roland", 2),
    "resumption": resumption(steps("roland"), "roland", 2),
    "removal": removal(steps("roland"), "roland"),
    "leftovers": leftovers(steps("roland"), "roland"),
    "renaming": renaming(steps("roland"), steps("rolf"), ROLF),
    "realiasing": realiasing(steps("roland"), ROLAND, ("8002",)),
    "asking": asking(steps("roland"), "roland"),
    "listing": listing("anna", 1000, pattern="r?_l*", enabled=False, among=("roland",)),
    "listing-all": listing("", 5),
}


def readable(script: bytes) -> str:
    """Given a script, return it with its literals in clear."""
    return re.sub(r"_utf8mb4 X'([0-9a-f]*)'", lambda found: f"[{bytes.fromhex(found[1]).decode()}]", script.decode())


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_the_expected_one(name: str, request: pytest.FixtureRequest) -> None:
    path = EXPECTED / f"{name}.sql"
    if request.config.getoption("--update-golden", default=False):
        path.parent.mkdir(exist_ok=True)
        path.write_text(readable(SCRIPTS[name]))
    assert readable(SCRIPTS[name]) == path.read_text()


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_name_is_in_a_script_as_it_is(name: str) -> None:
    script = SCRIPTS[name].decode()

    assert not re.search(r"'(roland|rolf|8001|rm)'", script)
    if name not in {"asking", "listing", "listing-all"}:
        assert script.count("START TRANSACTION") == 1
        assert script.endswith("END//\n")
