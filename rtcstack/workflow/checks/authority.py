"""Whether our own CA can go on: its key, its end, and the list of what it revoked. Only the disk is read."""

from collections.abc import Iterator
from datetime import datetime

from rtcstack.engine.vault import CA_CERTIFICATE
from rtcstack.workflow.authority.material import KeyState, key_state
from rtcstack.workflow.authority.remarks import alarms
from rtcstack.workflow.checks.verdict import HOST, Level, Observation
from rtcstack.workflow.context import Installation
from rtcstack.workflow.finding import Severity


def observe(installation: Installation, now: datetime) -> Iterator[Observation]:
    """Given an installation and the time, yield what can be said about its CA; nothing if no service is certified by it."""
    services = tuple(service.name for service in installation.stack.issued_by("own-ca"))
    if not services or installation.vault.read(CA_CERTIFICATE) is None:
        return
    told = alarms(installation, services, now)
    lost = key_state(installation) is KeyState.MISSING
    yield Observation(
        id="certificates.ca", service=HOST, level=Level.ENGINE, tried="the CA: its key, its end, and what it revoked",
        happened=" ".join(told) or "it can issue what comes due", ok=not told, explains=False,
        severity=Severity.ERROR if lost else Severity.WARNING, remedy="See `rtcstack certs`.",
    )  # fmt: skip
