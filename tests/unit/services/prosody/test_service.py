"""prosody in the plan."""

import pytest
from pydantic import ValidationError

from rtcstack.plan.certificate import CertificateRequest
from rtcstack.services.prosody.options import ProsodyOptions
from rtcstack.spec.model import ServiceOptions
from tests.unit.services.prosody.certificates import some_ca
from tests.unit.services.prosody.stacks import PROSODY, SECRETS, stack_on
from tests.unit.sites import demo_site, site


def test_role_and_places() -> None:
    plan = PROSODY.describe(demo_site(), ProsodyOptions())
    assert (plan.name, plan.role, plan.hostname) == ("prosody", "xmpp", "xmpp-gw.falcot.com")
    assert [str(address) for address in plan.addresses] == [
        "198.51.100.16",
        "2001:db8:1000:2000::16",
        "198.51.100.17",
        "2001:db8:1000:2000::17",
    ]


def test_the_second_address_has_a_front_of_its_own() -> None:
    main, front = PROSODY.describe(demo_site(), ProsodyOptions()).containers

    assert (main.name, front.name) == ("prosody", "prosody-starttls")
    assert [(leg.network, str(leg.address), str(leg.address6)) for leg in (*main.attachments, *front.attachments)] == [
        ("lan", "198.51.100.16", "2001:db8:1000:2000::16"),
        ("backend", "10.201.17.6", "None"),
        ("lan", "198.51.100.17", "2001:db8:1000:2000::17"),
        ("backend", "10.201.17.7", "None"),
    ]
    assert main.capabilities == front.capabilities == ()


def test_the_front_hands_on_from_the_second_address_alone() -> None:
    files = {file.path: file.content.decode() for file in PROSODY.files(stack_on(demo_site()), SECRETS)}

    assert [line.strip() for line in files["front.cfg"].splitlines() if line.strip().startswith(("bind", "server"))] == [
        "bind 198.51.100.17:443",
        "bind [2001:db8:1000:2000::17]:443 v6only",
        "server prosody 10.201.17.6:5222 send-proxy-v2 source 10.201.17.7",
    ]
    assert 'proxy_trusted_proxies = { "10.201.17.7" }' in files["prosody.cfg.lua"]


def test_one_address_needs_no_front() -> None:
    plan = PROSODY.describe(site("192.168.7.0/24", parent="eth0", ports="standard"), ProsodyOptions())
    assert plan.extra_addresses == ()
    assert [container.name for container in plan.containers] == ["prosody"]
    assert [leg.network for leg in plan.main.attachments] == ["lan", "backend"]


def test_without_ipv6_there_are_two_ipv4_addresses() -> None:
    plan = PROSODY.describe(site("192.168.7.0/24", parent="eth0"), ProsodyOptions())
    assert [str(address) for address in plan.addresses] == ["192.168.7.16", "192.168.7.17"]


def test_the_container_is_strict_and_looks_at_every_address() -> None:
    main = PROSODY.describe(demo_site(), ProsodyOptions()).main
    assert (main.user, main.capabilities, main.init) == ((904, 904), (), True)
    assert main.healthcheck is not None
    assert main.healthcheck.interval >= 10
    assert main.healthcheck.command[1:] == ("xmpp-gw.falcot.com", "443", "198.51.100.16", "2001:db8:1000:2000::16")
    front = PROSODY.describe(demo_site(), ProsodyOptions()).containers[1]
    assert front.healthcheck is not None
    assert front.healthcheck.command[3:] == ("--", "198.51.100.17", "2001:db8:1000:2000::17")


def test_the_certificate_has_every_name_that_clients_and_servers_check() -> None:
    assert PROSODY.describe(demo_site(), ProsodyOptions(key_type="rsa")).certificate == CertificateRequest(
        service="prosody",
        dns_names=("falcot.com", "conference.falcot.com", "upload.falcot.com", "xmpp-gw.falcot.com"),
        srv_ids=("_xmpp-client.falcot.com", "_xmpp-server.falcot.com", "_xmpp-server.conference.falcot.com"),
        key_type="rsa",
        client_auth=True,
    )


def test_prosody_may_only_read_and_write_rows() -> None:
    database = PROSODY.describe(demo_site(), ProsodyOptions()).database
    assert database is not None
    assert (database.name, database.privileges) == ("prosody", ("SELECT", "INSERT", "UPDATE", "DELETE"))


def test_options_of_another_service_are_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        PROSODY.describe(demo_site(), ServiceOptions())


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"trusted_ca": "hello"}, "must be one or more certificates in PEM form"),
        ({"hostname": "chat", "starttls_hostname": "chat"}, "must differ, both are chat"),
        ({"starttls_hostname": "xmpp-gw"}, "must differ, both are xmpp-gw"),
        ({"hostname": "conference"}, "conference cannot be a host name here"),
        ({"starttls_hostname": "upload"}, "upload cannot be a host name here"),
        ({"archive_days": 0}, "greater than or equal to 1"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        ProsodyOptions.model_validate(options)


def test_several_authorities_may_be_trusted() -> None:
    both = some_ca() + some_ca()
    assert ProsodyOptions(trusted_ca=both).trusted_ca == both
