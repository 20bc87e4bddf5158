"""The rendered configuration, whole, and where its secrets are."""

from pathlib import Path

import pytest

from rtcstack.plan.site import Site
from rtcstack.services.coturn.options import CoturnOptions
from tests.unit.services.coturn.stacks import EPHEMERAL, PERSONAL, SECRETS, configuration, stack_on
from tests.unit.sites import demo_site, site

EXPECTED = Path(__file__).parent / "expected"
DEMO = demo_site()
CASES = {
    "demo": (DEMO, CoturnOptions()),
    "behaviour": (DEMO, CoturnOptions(alt_address=DEMO.network.address(11))),
    "standard": (site("192.168.7.0/24", parent="eth0", ports="standard"), CoturnOptions()),
}


@pytest.mark.parametrize("case", CASES)
def test_the_whole_configuration(case: str) -> None:
    place, options = CASES[case]
    assert configuration(place, options) == (EXPECTED / f"{case}.conf").read_text()


@pytest.mark.parametrize("place", [DEMO])
def test_the_database_password_is_in_the_secret_file_alone(place: Site) -> None:
    public, secret = PERSONAL.files(stack_on(place), SECRETS)
    assert (public.secret, secret.secret, secret.mode, secret.owner) == (False, True, 0o400, (901, 901))
    assert b"databasepassword" not in public.content
    assert secret.content.decode().splitlines()[1:] == [
        'mysql-userdb="host=10.201.17.2 dbname=coturn user=coturn password=databasepassword connect_timeout=2 read_timeout=2"'
    ]


def test_the_shared_secret_is_in_the_secret_file_alone() -> None:
    public, secret = EPHEMERAL.files(stack_on(DEMO), SECRETS)
    assert b"sharedsecret" not in public.content
    assert secret.content.decode().splitlines()[1:] == ["static-auth-secret=sharedsecret"]
    assert "use-auth-secret" in public.content.decode().splitlines()
    assert "lt-cred-mech" not in public.content.decode().splitlines()


def test_a_secret_never_shows_in_a_representation() -> None:
    files = (*PERSONAL.files(stack_on(DEMO), SECRETS), *EPHEMERAL.files(stack_on(DEMO), SECRETS))
    assert not any(secret in repr(files) for secret in SECRETS.values())
