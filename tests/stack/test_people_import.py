"""Many people at once: all of them or, if any row is wrong, nobody; with their old passwords from another installation too."""

import csv
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rtcstack.engine.images import reference
from tests.stack.conftest import NUMBER
from tests.stack.database import EVERYWHERE, agree, answers, forget, idle, rows, sql, until
from tests.stack.installation import UP, Stack, toml
from tests.stack.lab import Lab
from tests.stack.test_people_life import LET_IN, REFUSED, lets_in

MANY = 300


@pytest.fixture(autouse=True)
def nobody_left(stack: Stack) -> Iterator[None]:
    yield
    until(stack, answers)
    until(stack, idle)
    forget(stack, "imp-")


def written(path: Path, header: str, lines: Sequence[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in (header, *lines)))
    return path


def passwords(path: Path) -> dict[str, str]:
    """Given a credentials file, return its passwords by name."""
    with path.open(newline="") as stream:
        return {row["name"]: row["password"] for row in csv.DictReader(stream)}


def everybody(stack: Stack) -> list[list[str]]:
    tables = (
        *(("rtcstack.people", "name"), ("rtcstack.aliases", "alias"), ("coturn.turnusers_lt", "name")),
        *(("kamailio.subscriber", "username"), ("prosody.prosody", "`user`")),
    )
    return sql(stack, " UNION ALL ".join(f"SELECT {column} FROM {table}" for table, column in tables) + " ORDER BY 1")  # noqa: S608


BAD = (
    ("imp-new,good password,,", ""),
    ("imp-anna,another password,,", "imp-anna: exists already with another password: use `rtcstack passwd`"),
    ("imp-anna,first password,,", "imp-anna: imp-anna is on line 3 already"),
    ("Imp-Upper,good password,,", "Imp-Upper: cannot be a person's name: it "),
    ("imp-bell,a\ab,,", "imp-bell: the password has characters in it that cannot be seen"),
    ("imp-none,,,", "imp-none: has no password, and without --credentials FILE there is no place for a generated one"),
    ("imp-alias,good password,,8101", "imp-alias: the alias 8101 belongs to imp-anna"),
    ("imp-alias2,good password,,imp-new", "imp-alias2: imp-new is on line 2 already"),
    ("8105,good password,,", "8105: is an alias of imp-anna"),
    ("imp-short,good password", "imp-short: has 2 columns instead of 4"),
    ("imp-admin,good password,yes,", "imp-admin: admin must be true or false"),
    ("imp-mixed,\u05d0a,,", "imp-mixed: the password mixes directions of writing"),
)
"""Rows of one file, and why each is refused ("": it would be right)."""


@pytest.fixture
def anna(stack: Stack, tmp_path: Path) -> None:
    file = written(tmp_path / "anna.csv", "name,password,aliases", ["imp-anna,first password,8101 8105"])
    assert stack.ok("import-users", str(file)) == "1 imported, 0 unchanged\n"


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_any_wrong_row_is_told_and_nobody_is_imported(stack: Stack, tmp_path: Path, options: list[str]) -> None:
    file = written(tmp_path / "people.csv", "name,password,admin,aliases", [line for line, _ in BAD])
    before = everybody(stack), (stack.directory / "rtcstack.toml").read_bytes()
    done = stack.run("import-users", str(file), *options)

    assert (done.returncode, done.stdout) == (2, "")
    said = done.stderr.splitlines()
    wanted = [f"  line {line}: {reason}" for line, (_, reason) in enumerate(BAD, start=2) if reason]
    assert said[0] == f"rtcstack: {len(wanted)} rows refused; nobody was imported"
    assert [line.startswith(begin) for line, begin in zip(said[1:-1], wanted, strict=True)] == [True] * len(wanted), done.stderr
    assert "good password" not in done.stderr
    assert (everybody(stack), (stack.directory / "rtcstack.toml").read_bytes()) == before


@pytest.mark.usefixtures("anna")
def test_one_wrong_row_writes_no_password_file_either(stack: Stack, tmp_path: Path) -> None:
    file = written(tmp_path / "people.csv", "name", ["imp-one", "imp two"])
    kept = tmp_path / "passwords.csv"
    done = stack.run("import-users", str(file), "--credentials", str(kept), "--json")

    assert done.returncode == 2
    said = json.loads(done.stdout)
    assert [(row["line"], row["name"]) for row in said.pop("refused")] == [(3, "imp two")]
    assert said == {"schema": 1, "imported": 0, "unchanged": 0, "dry_run": False}
    assert not kept.exists()


def test_a_dry_run_only_checks(stack: Stack, tmp_path: Path) -> None:
    file = written(tmp_path / "people.csv", "name", ["imp-one", "imp-two"])
    kept = tmp_path / "passwords.csv"
    before = everybody(stack)

    assert stack.ok("import-users", str(file), "--dry-run", "--credentials", str(kept)) == "2 would be imported, 0 unchanged\n"
    assert everybody(stack) == before
    assert not kept.exists()


def test_three_hundred_come_by_one_command(stack: Stack, lab: Lab, tmp_path: Path) -> None:
    names = [f"imp-{number}" for number in range(MANY)]
    file = written(tmp_path / "people.csv", "name,password", [f"{name},{'own Grüße' if name == 'imp-7' else ''}" for name in names])
    kept = tmp_path / "passwords.csv"
    assert lets_in(stack, lab, "imp-7", "own Grüße") == REFUSED
    assert stack.ok("import-users", str(file), "--credentials", str(kept), seconds=300) == f"{MANY} imported, 0 unchanged\n"

    made = passwords(kept)
    assert sorted(made) == sorted(set(names) - {"imp-7"})
    assert len(set(made.values())) == MANY - 1
    assert kept.stat().st_mode & 0o777 == 0o600
    found = rows(stack, names)
    assert all(found[name] == found["imp-0"] for name in names)
    assert set(names) <= set(stack.ok("list-users").split())
    assert lets_in(stack, lab, "imp-7", "own Grüße") == LET_IN
    for name in ("imp-0", "imp-299"):
        assert lets_in(stack, lab, name, made["imp-1"]) == REFUSED
        assert lets_in(stack, lab, name, made[name]) == LET_IN
    assert all(agree(stack, name, made[name]) == EVERYWHERE for name in ("imp-100", "imp-249", "imp-250"))

    # Typed again it changes nothing; what was generated before is what the row means.
    done = stack.json("import-users", str(file), "--credentials", str(kept))
    assert (done["imported"], done["unchanged"], done["refused"]) == (0, MANY, [])
    assert passwords(kept) == made
    assert rows(stack, names) == found


def test_a_changed_password_is_not_brought_back_by_an_old_file(stack: Stack, tmp_path: Path) -> None:
    file, kept = written(tmp_path / "people.csv", "name", ["imp-one"]), tmp_path / "passwords.csv"
    stack.ok("import-users", str(file), "--credentials", str(kept))
    stack.ok("passwd", "imp-one", "--password-stdin", feed="new password\n")

    done = stack.run("import-users", str(file), "--credentials", str(kept))
    assert done.returncode == 2
    assert "imp-one: exists already with another password" in done.stderr
    assert stack.ok("import-users", str(file)) == "0 imported, 1 unchanged\n"
    assert agree(stack, "imp-one", "new password") == EVERYWHERE


def test_standard_input_is_a_file_too(stack: Stack) -> None:
    lines = '{"name": "imp-json", "password": "pass word", "aliases": ["8102"]}\n'

    assert stack.ok("import-users", "-", feed=lines) == "1 imported, 0 unchanged\n"
    assert agree(stack, "imp-json", "pass word") == EVERYWHERE
    assert json.loads(next(line for line in stack.ok("export-users").splitlines() if "imp-json" in line)) == {
        "name": "imp-json",
        "enabled": True,
        "admin": False,
        "aliases": ["8102"],
    }


def test_an_administrator_of_the_file_administers_at_once(stack: Stack, tmp_path: Path) -> None:
    path = stack.directory / "rtcstack.toml"
    before = path.read_text()
    path.write_text(f"# a comment of mine\n{before}")
    file = written(tmp_path / "people.csv", "name,password,admin", ["imp-boss,pass word,true", "imp-staff,pass word,false"])
    try:
        assert stack.ok("import-users", str(file)) == "2 imported, 0 unchanged\n"

        assert path.read_text() == f"# a comment of mine\n{before}".replace('["roland"]', '["roland", "imp-boss"]')
        assert sql(stack, "SELECT name FROM coturn.admin_user WHERE name LIKE 'imp-%'") == [["imp-boss"]]
        assert stack.json("show-user", "imp-boss")["admin"] is True
        assert stack.json("show-user", "imp-staff")["admin"] is False
        assert "imp-boss" in stack.exec("prosody", ["sh", "-c", "cat /config/live/*"]).stdout
        assert stack.ok("import-users", str(file)) == "0 imported, 2 unchanged\n"
        done = stack.run("import-users", "-", feed='{"name": "imp-staff", "admin": true}\n')
        assert done.returncode == 2
        assert "imp-staff: exists already and is no administrator" in done.stderr
    finally:
        stack.ok("remove-user", "imp-boss", "--yes")
        path.write_text(before)


def test_hashes_are_not_shown_on_a_terminal(stack: Stack, tmp_path: Path) -> None:
    argv = ["script", "-qec", " ".join(stack.argv("export-users", "--hashes")), "/dev/null"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "Add --output FILE" in done.stdout

    output = tmp_path / "people.jsonl"
    output.write_text("mine")
    assert stack.run("export-users", "--hashes", "--output", str(output)).returncode == 2
    assert output.read_text() == "mine"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A second installation of the same domain, with nobody in it."""
    found = Stack(tmp_path_factory.mktemp("fresh"))
    subnet = f"198.19.{180 + NUMBER // 2}.0/24"
    text = toml(
        f"rtcfr{NUMBER or ''}", subnet, f"2001:db8:444:{NUMBER}::/64", network=f'resolvers = ["{subnet.removesuffix("0/24")}40"]'
    )
    (found.directory / "rtcstack.toml").write_text(text)
    try:
        found.ok("up", "--yes", seconds=UP)
        yield found
    finally:
        found.remove()


def test_people_move_to_another_installation_with_their_passwords(stack: Stack, fresh: Stack, tmp_path: Path) -> None:
    file = written(
        tmp_path / "people.csv",
        "name,password,aliases",
        ["imp-ada,old password,8103", "imp-bo,old pass two,", "imp-off,gone,8104"],
    )
    stack.ok("import-users", str(file))
    stack.ok("disable-user", "imp-off")
    moved = tmp_path / "people.jsonl"
    stack.ok("export-users", "--hashes", "--output", str(moved))
    assert moved.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in moved.read_text().splitlines()]
    ours = [line for line in lines if line["name"].startswith("imp-")]
    assert not any(secret in moved.read_text() for secret in ("old password", "old pass two"))

    # Another realm, a hash of no use, and a service that is missing: refused.
    for wrong, reason in (
        ([{**line, "realm": "example.org"} for line in ours], "belong to the realm 'example.org'"),
        ([{**line, "hashes": {"kamailio": line["hashes"]["kamailio"]}} for line in ours], "its hashes must be those of"),
        ([{**line, "hashes": {**line["hashes"], "kamailio": {"ha1": "x' OR 1=1"}}} for line in ours], "imp-ada: "),
    ):
        done = fresh.run("import-users", "-", feed="".join(f"{json.dumps(line)}\n" for line in wrong))
        assert done.returncode == 2
        assert reason in done.stderr
    assert fresh.ok("list-users") == ""

    feed = "".join(f"{json.dumps(line)}\n" for line in ours)
    assert fresh.ok("import-users", "-", feed=feed) == "3 imported, 0 unchanged\n"
    assert fresh.ok("import-users", "-", feed=feed) == "0 imported, 3 unchanged\n"
    again = fresh.ok("export-users", "--hashes")
    assert [json.loads(line) for line in again.splitlines()] == ours
    zones = {"falcot.com": fresh.zone}
    with Lab(network=fresh.plan.site.network, zones=zones, ca=fresh.ca.read_bytes(), common=reference("common")) as lab:
        assert lets_in(fresh, lab, "imp-ada", "wrong") == REFUSED
        assert lets_in(fresh, lab, "imp-off", "gone") == REFUSED
        assert lets_in(fresh, lab, "imp-ada", "old password") == LET_IN
        assert lets_in(fresh, lab, "imp-bo", "old pass two") == LET_IN
        fresh.ok("enable-user", "imp-off")
        assert lets_in(fresh, lab, "imp-off", "gone") == LET_IN
