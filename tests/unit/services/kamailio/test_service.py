"""The SIP server as the plan sees it."""

from ipaddress import IPv4Address, IPv6Address

from rtcstack.plan.certificate import CertificateRequest
from rtcstack.plan.container import Attachment, Container, Healthcheck, Tmpfs
from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.services.kamailio.options import KamailioOptions
from tests.unit.services.kamailio.stacks import plan_on
from tests.unit.sites import demo_site, site

FOUR, SIX = IPv4Address("198.51.100.14"), IPv6Address("2001:db8:1000:2000::14")


def test_phones_and_browsers_share_one_tls_socket_on_443() -> None:
    sip, page = "falcot.com", "sip-proxy.falcot.com"
    assert plan_on(demo_site()).listeners == (
        Listener(address=FOUR, port=443, transport=Transport.TLS, protocol=Protocol.SIP, identity=sip),
        Listener(address=FOUR, port=443, transport=Transport.TLS, protocol=Protocol.SIP_WS, identity=page),
        Listener(address=SIX, port=443, transport=Transport.TLS, protocol=Protocol.SIP, identity=sip),
        Listener(address=SIX, port=443, transport=Transport.TLS, protocol=Protocol.SIP_WS, identity=page),
    )


def test_udp_is_there_only_if_asked_for() -> None:
    four_only = site("192.168.7.0/24", ports="standard")
    places = [(each.transport, each.port, each.protocol) for each in plan_on(four_only, KamailioOptions(udp=True)).listeners]

    assert places == [
        (Transport.TLS, 5061, Protocol.SIP),
        (Transport.TLS, 5061, Protocol.SIP_WS),
        (Transport.UDP, 5060, Protocol.SIP),
    ]
    assert [each.port for each in plan_on(demo_site(), KamailioOptions(udp=True)).listeners if each.transport == "udp"] == [
        443,
        443,
    ]


def test_the_container() -> None:
    assert plan_on(demo_site()).containers == (
        Container(
            name="kamailio",
            image="kamailio",
            command=("/usr/local/bin/kamailio-start",),
            user=(902, 902),
            attachments=(
                Attachment(network="lan", address=FOUR, address6=SIX, mac="02:42:c6:33:64:0e"),
                Attachment(network="backend", address=IPv4Address("10.201.17.5")),
            ),
            tmpfs=(Tmpfs(target="/run/kamailio", size=1),),
            memory=512,
            healthcheck=Healthcheck(
                command=("/usr/local/bin/kamailio-healthy", "sip-proxy.falcot.com", "443", "198.51.100.14"),
            ),
            stop_seconds=5,
        ),
    )


def test_the_certificate_carries_every_name_as_uri_and_as_dns() -> None:
    names = ("falcot.com", "sip.falcot.com", "sip-proxy.falcot.com")
    assert plan_on(demo_site()).certificate == CertificateRequest(
        service="kamailio", dns_names=names, sip_domains=names, key_type="ecdsa", client_auth=True
    )


def test_a_host_that_is_called_like_the_alias_is_named_once() -> None:
    plan = plan_on(demo_site(), KamailioOptions(hostname="sip", key_type="rsa"))

    assert plan.hostname == "sip.falcot.com"
    assert plan.certificate is not None
    assert plan.certificate.dns_names == plan.certificate.sip_domains == ("falcot.com", "sip.falcot.com")
    assert plan.certificate.key_type == "rsa"
    assert [str(record.owner) for record in plan.records if record.type == "A"] == ["sip.falcot.com."]
