"""The identities of the XMPP certificate (RFC 6120 section 13.7.1.2): the domain and its components, and the host name.

The SRV target is no XMPP identity; the host name is there for HTTPS. SRV-IDs (RFC 4985) name the services of RFC 6120,
which XEP-0368 keeps for direct TLS.
"""

from rtcstack.plan.certificate import CertificateRequest, KeyType
from rtcstack.services.prosody.layout import Layout


def certificate(service: str, layout: Layout, key_type: KeyType) -> CertificateRequest:
    """Given the service's name, the layout and the wanted key, return the request; servers also use it as clients."""
    return CertificateRequest(
        service=service,
        dns_names=(layout.domain, layout.conference, layout.upload, layout.host),
        srv_ids=(
            f"_xmpp-client.{layout.domain}",
            f"_xmpp-server.{layout.domain}",
            f"_xmpp-server.{layout.conference}",
        ),
        key_type=key_type,
        client_auth=True,
    )
