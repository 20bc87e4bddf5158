"""What `[services.dns]` may say: `enabled`, and what every service may be told."""

from rtcstack.spec.model import OptionalOptions


class DnsOptions(OptionalOptions):
    """Nothing of its own: what is served follows from the other services."""
