"""The two TURN servers in the plan."""

from dataclasses import replace

import pytest

from rtcstack.errors import RequestError
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.services.coturn import SERVICES
from rtcstack.services.coturn.options import CoturnOptions
from tests.unit.services.coturn.stacks import EPHEMERAL, PERSONAL
from tests.unit.sites import demo_site


def test_roles_and_places() -> None:
    plans = [service.describe(demo_site(), CoturnOptions()) for service in SERVICES]
    assert [(plan.name, plan.role, plan.hostname, str(plan.address)) for plan in plans] == [
        ("coturn", "turn", "turn-server.falcot.com", "198.51.100.10"),
        ("coturn-ephemeral", "turn-ephemeral", "turn-ephemeral.falcot.com", "198.51.100.12"),
    ]


def test_only_the_server_with_people_stands_on_the_database_network() -> None:
    personal, ephemeral = (service.describe(demo_site(), CoturnOptions()) for service in SERVICES)
    assert [(leg.network, str(leg.address)) for leg in personal.main.attachments] == [
        ("lan", "198.51.100.10"),
        ("backend", "10.201.17.3"),
    ]
    assert [(leg.network, str(leg.address)) for leg in ephemeral.main.attachments] == [("lan", "198.51.100.12")]
    assert ephemeral.database is None


def test_the_certificate_has_the_host_name_alone() -> None:
    plan = PERSONAL.describe(demo_site(), CoturnOptions(key_type="rsa"))
    assert plan.certificate == CertificateRequest(service="coturn", dns_names=("turn-server.falcot.com",), key_type="rsa")


def test_the_container_is_strict() -> None:
    main = PERSONAL.describe(demo_site(), CoturnOptions()).main
    assert (main.user, main.capabilities, main.init) == ((901, 901), (), True)
    assert main.healthcheck is not None
    assert main.healthcheck.interval >= 10
    assert not any("password" in word or "secret=" in word for word in main.command)


def test_a_second_address_is_held_by_a_container_of_its_own() -> None:
    site = demo_site()
    second = site.network.address(11)
    plan = PERSONAL.describe(site, CoturnOptions(alt_address=second))
    keeper, main = plan.containers
    assert (keeper.name, main.joins, main.attachments) == ("coturn-net", "coturn-net", ())
    assert keeper.command[1:] == ("198.51.100.10", "198.51.100.11/24")
    assert plan.extra_addresses == (second,)
    assert {(str(listener.address), listener.port) for listener in plan.listeners if listener.transport == "udp"} == {
        (address, port) for address in ("198.51.100.10", "2001:db8:1000:2000::10", "198.51.100.11") for port in (443, 3478)
    }


def test_a_domain_that_is_no_realm_is_refused_once() -> None:
    site = replace(demo_site(), domain=f"{'a' * 60}.{'b' * 60}.falcot.com")
    with pytest.raises(RequestError) as caught:
        PERSONAL.describe(site, CoturnOptions())
    assert [problem.path for problem in caught.value.problems] == ["domain"]
    EPHEMERAL.describe(site, CoturnOptions())
