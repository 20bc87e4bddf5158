"""What the tests here share: a fixed clock, our domains, a CA, and one request of each kind."""

from datetime import UTC, datetime

from rtcstack.pki.ca import create_ca
from rtcstack.plan.certificate import CertificateRequest

NOW = datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=UTC)
DOMAINS = ("falcot.com", "sip.falcot.com", "falcot.example")
CA = create_ca(DOMAINS, NOW)
TURN = CertificateRequest(service="coturn", dns_names=("turn-server.falcot.com",))
SIP = CertificateRequest(
    service="kamailio",
    dns_names=("falcot.com", "sip.falcot.com", "sip-proxy.falcot.com"),
    sip_domains=("falcot.com", "sip.falcot.com"),
    client_auth=True,
)
XMPP = CertificateRequest(
    service="prosody",
    dns_names=("falcot.com", "conference.falcot.com", "upload.falcot.com", "xmpp-gw.falcot.com"),
    srv_ids=("_xmpp-client.falcot.com", "_xmpp-server.falcot.com", "_xmpp-server.conference.falcot.com"),
    client_auth=True,
)
EVERY = (TURN, SIP, XMPP)
