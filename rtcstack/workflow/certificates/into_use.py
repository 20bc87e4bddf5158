"""One service's new certificate into use: delivered, taken up by the running process, seen on every port; else the old one is back.

The pair in use before stays beside the new one until that is seen (see engine.pairs). What a kill leaves is finished by the next
`renew` or `up`.
"""

import time
from dataclasses import dataclass

from rtcstack.engine import pairs
from rtcstack.errors import WorldError
from rtcstack.pki.certificates import fingerprint
from rtcstack.pki.keypair import KeyPair
from rtcstack.render.compose import container_name
from rtcstack.workflow.apply import Change
from rtcstack.workflow.certificates.wire import Look, not_served
from rtcstack.workflow.health import ask
from rtcstack.workflow.live import reload

PATIENCE = 20.0
"""Seconds in which a new certificate must be served everywhere."""
LOOKS = 2
"""Looks in a row that must be good: a service has more than one process or thread."""
RELOAD_AGAIN = 5.0
"""Seconds after which a service that still serves the old certificate is told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A service whose certificate was renewed, with the digests ("" if there was none), and whether it was seen on the wire."""

    service: str
    sha256_before: str
    sha256_after: str
    served: bool


def renew(change: Change, service: str, pair: KeyPair) -> Renewed:
    """Given a running service and a new pair, put it into use. Raise WorldError with the reason if that failed: the old is back."""
    before = look(change, service)
    vault = change.installation.vault
    stored = pairs.read(vault, service)
    pairs.put(vault, service, pair)
    finish(change, service, before)
    return Renewed(
        service=service,
        sha256_before=sha256_of(stored),
        sha256_after=fingerprint(pair.certificate_pem),
        served=True,
    )


def sha256_of(pair: KeyPair | None) -> str:
    """Given what is stored, return the digest of its certificate, "" if there is none that can be read."""
    try:
        return "" if pair is None else fingerprint(pair.certificate_pem)
    except WorldError:
        return ""


def finish(change: Change, service: str, before: Look | None = None) -> None:
    """Given a running service whose pair in use was not seen on the wire yet, bring it there. Raise WorldError as `renew` does."""
    vault = change.installation.vault
    before = look(change, service) if before is None else before
    why = _bring(change, service, before)
    if not why:
        pairs.settle(vault, service)
        return
    if not pairs.put_back(vault, service):
        raise WorldError(
            f"the new certificate of {service} is not in use: {why}",
            hint=f"See `rtcstack logs {service}`, then type `rtcstack up`.",
        )
    change.progress(f"put the old certificate of {service} back: {why}")
    also = _bring(change, service, before)
    if also and not _was_bad(before):
        raise WorldError(
            f"the new certificate of {service} did not come into use ({why}), and the old one is not back everywhere ({also})",
            hint=f"The old one is stored again. See `rtcstack logs {service}`, then type `rtcstack up`.",
        )
    pairs.settle(vault, service)
    raise WorldError(
        f"the new certificate of {service} did not come into use, the old one is in use again: {why}",
        hint="Mend the cause, then type the command again.",
    )


def look(change: Change, service: str) -> Look:
    """Given a service, ask every listener of it that clients reach."""
    listeners = tuple(entry for entry in change.installation.stack.service(service).listeners if not entry.internal)
    return Look({result.listener: result for result in ask(change.installation, change.engine, listeners)})


def runs(change: Change, service: str) -> bool:
    """Given a service, return whether its container runs."""
    found = change.engine.container(container_name(change.installation.stack.site.name, service))
    return found is not None and found.state == "running"


def _bring(change: Change, service: str, before: Look) -> str:
    # Returns why the stored certificate is not in use, or "".
    stored = pairs.read(change.installation.vault, service)
    if stored is None:
        return "none is stored"
    sha256 = fingerprint(stored.certificate_pem)
    try:
        change.deliver_certificates([service])
    except WorldError as error:
        return error.message
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            reload(change.installation, change.engine, service)
        except WorldError as error:
            # One that was not asked to change may be right all the same, as after going back.
            why = error.message if not_served(before, look(change, service), sha256) else ""
        else:
            why = _seen(change, service, before, sha256, min(deadline, time.monotonic() + RELOAD_AGAIN))
        if not why:
            return ""
        if time.monotonic() >= deadline:
            return why
        time.sleep(1.0)


def _seen(change: Change, service: str, before: Look, sha256: str, deadline: float) -> str:
    good = 0
    while True:
        why = not_served(before, look(change, service), sha256)
        good = 0 if why else good + 1
        if good == LOOKS:
            return ""
        if why and time.monotonic() >= deadline:
            return why
        time.sleep(0.2)


def _was_bad(before: Look) -> bool:
    return any(listener.encrypted and not result.ok for listener, result in before.results.items())
