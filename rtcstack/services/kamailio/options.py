"""What `[services.kamailio]` may say."""

from typing import Literal

from rtcstack.plan.certificate import KeyType
from rtcstack.spec.model import ServiceOptions


class KamailioOptions(ServiceOptions):
    """`udp` adds SIP over UDP, in clear, for phones that know nothing else; `key_type` "rsa" serves old desk phones.

    `client_certificates` "optional" asks who connects for a certificate: without one nothing changes; one that is not of our CA,
    has ended or is revoked ends the connection. Browsers, and phones with certificates of other CAs, may then fail to connect.
    """

    udp: bool = False
    key_type: KeyType = "ecdsa"
    client_certificates: Literal["no", "optional"] = "no"
