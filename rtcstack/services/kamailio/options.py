"""What `[services.kamailio]` may say."""

from rtcstack.plan.certificate import KeyType
from rtcstack.spec.model import ServiceOptions


class KamailioOptions(ServiceOptions):
    """`udp` adds SIP over UDP, in clear, for phones that know nothing else; `key_type` "rsa" serves old desk phones."""

    udp: bool = False
    key_type: KeyType = "ecdsa"
