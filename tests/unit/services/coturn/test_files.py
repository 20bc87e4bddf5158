"""The rendered configuration, whole, and where its secrets are."""

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rtcstack.plan.secret import with_accepted
from rtcstack.plan.site import Site
from rtcstack.services.coturn.options import CoturnOptions
from rtcstack.services.coturn.service import Coturn
from tests.unit.services.coturn.stacks import EPHEMERAL, PERSONAL, SECRETS, configuration, stack_on
from tests.unit.sites import demo_site, site

EXPECTED = Path(__file__).parent / "expected"
DEMO = demo_site()
CASES = {
    "demo": (DEMO, CoturnOptions()),
    "behaviour": (DEMO, CoturnOptions(alt_address=DEMO.network.address(11))),
    "standard": (site("192.168.7.0/24", parent="eth0", ports="standard"), CoturnOptions()),
    "both": (replace(DEMO, ports="both"), CoturnOptions(alt_address=DEMO.network.address(11))),
}


def hashed(server: str) -> str:
    """What `turnadmin -P` makes of the command line's password, salted by the server's name."""
    salt = hashlib.sha256(server.encode()).digest()[:8]
    return f"cli-password=$5${salt.hex()}${hashlib.sha256(salt + SECRETS['turn-cli'].encode()).hexdigest()}"


@pytest.mark.parametrize("case", CASES)
def test_the_whole_configuration(case: str) -> None:
    place, options = CASES[case]
    assert configuration(place, options) == (EXPECTED / f"{case}.conf").read_text()


@pytest.mark.parametrize("place", [DEMO])
def test_the_database_password_is_in_the_secret_file_alone(place: Site) -> None:
    public, secret, _ = PERSONAL.files(stack_on(place), SECRETS)
    assert (public.secret, secret.secret, secret.mode, secret.owner) == (False, True, 0o400, (901, 901))
    assert b"databasepassword" not in public.content
    assert secret.content.decode().splitlines()[1:] == [
        'mysql-userdb="host=10.201.17.2 dbname=coturn user=coturn password=databasepassword connect_timeout=2 read_timeout=2"',
        hashed("coturn"),
    ]


def accepted(secrets: Mapping[str, str]) -> list[str]:
    """Who may have made a credential, by the statements that the server's own database is made from."""
    shared = EPHEMERAL.files(stack_on(DEMO), secrets)[-1]
    assert (shared.path, shared.secret, shared.live, shared.mode, shared.owner) == ("secrets.sql", True, True, 0o400, (901, 901))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.executescript(shared.content.decode())
        found = database.execute("SELECT realm, value FROM turn_secret ORDER BY value").fetchall()
    assert {realm for realm, _ in found} == {"falcot.com"}
    return [value for _, value in found]


def test_the_shared_secret_is_in_a_secret_file_that_the_running_server_takes_up() -> None:
    public, secret, _, _ = EPHEMERAL.files(stack_on(DEMO), SECRETS)
    assert b"sharedsecret" not in public.content
    assert secret.content.decode().splitlines()[1:] == [hashed("coturn-ephemeral")]
    assert accepted(SECRETS) == ["sharedsecret"]
    assert "userdb=/run/coturn/secrets.db" in public.content.decode().splitlines()
    assert "use-auth-secret" in public.content.decode().splitlines()
    assert "lt-cred-mech" not in public.content.decode().splitlines()


def test_two_shared_secrets_are_accepted_for_a_time_whichever_is_in_use() -> None:
    before, after = (SECRETS | with_accepted("turn-ephemeral", pair) for pair in (("old", "new"), ("new", "old")))
    assert accepted(before) == ["new", "old"]
    assert EPHEMERAL.files(stack_on(DEMO), before) == EPHEMERAL.files(stack_on(DEMO), after)


def test_who_knows_people_has_no_shared_secret() -> None:
    files = PERSONAL.files(stack_on(DEMO), SECRETS)
    assert not any(file.live or b"sharedsecret" in file.content or b"userdb=/" in file.content for file in files)


def test_a_secret_never_shows_in_a_representation() -> None:
    files = (*PERSONAL.files(stack_on(DEMO), SECRETS), *EPHEMERAL.files(stack_on(DEMO), SECRETS))
    assert not any(secret in repr(files) for secret in SECRETS.values())


@pytest.mark.parametrize("server", [PERSONAL, EPHEMERAL])
def test_the_command_line_is_for_the_container_alone_and_its_password_in_a_secret_file(server: Coturn) -> None:
    public, _, password, *_ = server.files(stack_on(DEMO), SECRETS)
    assert "cli-ip=127.0.0.1" in public.content.decode().splitlines()
    assert b"commandline" not in public.content
    assert (password.path, password.content, password.mode, password.owner) == ("cli.password", b"commandline\n", 0o400, (901, 901))
