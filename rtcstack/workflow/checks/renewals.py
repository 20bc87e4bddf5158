"""Whether certificates are renewed by themselves: what failed, a silent timer, and what only the administrator can renew."""

from collections.abc import Iterator
from datetime import datetime

from rtcstack.engine import timers
from rtcstack.workflow.certificates import files, ledger
from rtcstack.workflow.checks.verdict import HOST, Level, Observation
from rtcstack.workflow.context import Installation
from rtcstack.workflow.finding import Severity


def observe(installation: Installation, now: datetime) -> Iterator[Observation]:
    """Given an installation and the time, yield what can be said about renewals from what the last ones left. Nobody is asked."""
    found = ledger.read(installation.compose)
    by = timers.installed(installation.stack)
    failed = [f"{name} since {failure.since:%Y-%m-%d %H:%M} UTC: {failure.reason}" for name, failure in found.failed.items()]
    silent = f"{by} has not called it since {found.timer_run:%Y-%m-%d %H:%M} UTC" if found.is_silent(by, now) else ""
    ran = f"the last one ran at {found.last_run:%Y-%m-%d %H:%M} UTC" if found.last_run else "none ran yet"
    yield Observation(
        id="certificates.renewal", service=HOST, level=Level.ENGINE, tried="the last renewal of certificates",
        happened="; ".join(failed) or silent or ran, ok=not failed and not silent, explains=False,
        remedy="Mend that, then type `rtcstack certs renew`." if failed else "Type `rtcstack install-timers`.",
    )  # fmt: skip
    for service in installation.stack.issued_by("files"):
        good, text = files.remark(installation, service, now)
        yield Observation(
            id=f"{service.name}.certificate-imported", service=service.name, level=Level.ENGINE,
            tried=f"the certificate that was imported for {service.name}", happened=text or "all is as it must be", ok=good,
            severity=Severity.WARNING, explains=False,
            remedy=f"Type `rtcstack certs import {service.name} --key-file KEY --chain-file CHAIN`.",
        )  # fmt: skip
