"""The database as the plan sees it: on the internal network alone, with no right to anything it does not need."""

import pytest

from rtcstack.errors import RequestError
from rtcstack.plan.container import Attachment, Mount
from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.services import catalogue
from rtcstack.spec.load import load
from tests.unit.services.mariadb.stacks import MARIADB
from tests.unit.sites import demo_site

FILE = 'domain = "falcot.com"\n[network]\nsubnet = "198.51.100.0/24"\n[services.mariadb]\n'
DATA = Mount(volume="mariadb-data", target="/var/lib/mysql")
SOCKET = Mount(volume="mariadb-socket", target="/run/mysqld")


def options_of(text: str) -> object:
    return load(FILE + text, {service.name: service.options for service in catalogue()}).services["mariadb"]


def test_it_lives_on_the_internal_network_alone() -> None:
    site = demo_site()
    plan = MARIADB.describe(site, MARIADB.options())
    address = site.network.backend[2]

    assert (plan.address, plan.address6, plan.hostname, plan.certificate, plan.records) == (address, None, None, None, ())
    assert plan.listeners == (
        Listener(address=address, port=3306, transport=Transport.TCP, protocol=Protocol.MYSQL, internal=True),
    )
    assert [(c.name, c.setup, c.attachments, c.mounts) for c in plan.containers] == [
        ("mariadb-init", "before", (), (DATA,)),
        ("mariadb", "", (Attachment(network="backend", address=address),), (DATA, SOCKET)),
        ("mariadb-schema", "after", (), (SOCKET,)),
    ]
    assert all(c.user == (903, 903) and not c.capabilities for c in plan.containers)
    assert plan.main.stop_seconds == 60


def test_the_client_never_shows_a_statement_that_failed() -> None:
    client = MARIADB.describe(demo_site(), MARIADB.options()).client

    assert {"--no-defaults", "--skip-print-query-on-error", "--abort-source-on-error"} <= set(client)


@pytest.mark.parametrize("line", ['address = "198.51.100.9"', 'address6 = "2001:db8::9"', 'hostname = "db"'])
def test_a_place_on_the_lan_is_refused(line: str) -> None:
    with pytest.raises(RequestError) as refused:
        options_of(line)

    assert [str(problem) for problem in refused.value.problems] == [
        "services.mariadb: the database lives on the internal network only: it takes no address and no host name"
    ]


@pytest.mark.parametrize("size", [7, 65537])
def test_a_cache_that_is_too_small_or_too_large_is_refused(size: int) -> None:
    with pytest.raises(RequestError) as refused:
        options_of(f"buffer_pool = {size}")

    assert refused.value.problems[0].path == "services.mariadb.buffer_pool"
