"""A certificate request: the identities that one service's certificate must carry, and nothing else."""

from dataclasses import dataclass
from typing import Literal

KeyType = Literal["ecdsa", "rsa"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRequest:
    """Identities of one certificate.

    `dns_names` are DNS-IDs; `sip_domains` become `sip:` URIs (RFC 5922 section 7.1); `srv_ids` become SRV-IDs (RFC 4985),
    each written `_service.domain`. `client_auth` adds clientAuth beside serverAuth (SIP and XMPP servers call each other).
    """

    service: str
    dns_names: tuple[str, ...]
    sip_domains: tuple[str, ...] = ()
    srv_ids: tuple[str, ...] = ()
    key_type: KeyType = "ecdsa"
    client_auth: bool = False
