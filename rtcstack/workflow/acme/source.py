"""Certificates of a public CA as a source: why one is due, getting it, and what the CA would like (ARI)."""

import contextlib
from datetime import UTC, datetime, timedelta

from rtcstack.engine.acme.words import CaError
from rtcstack.errors import Problem, RequestError, RtcstackError, WorldError
from rtcstack.pki import public
from rtcstack.pki.certificates import fingerprint
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.service import ServicePlan
from rtcstack.workflow.acme import order
from rtcstack.workflow.acme.account import connected
from rtcstack.workflow.acme.memory import Memory, moment
from rtcstack.workflow.acme.settings import Settings, settings
from rtcstack.workflow.context import Installation

ASK_AGAIN = timedelta(hours=6)
"""When a CA is asked again that did not say when (RFC 9773 section 4.3.3)."""


class AcmeSource:
    """What `[certificates] source = "acme"` means."""

    def reasons(self, installation: Installation, now: datetime) -> dict[str, str]:
        """Given an installation and the time, return why certificates must be ordered, by service. Nobody is asked."""
        users = services(installation)
        if not users:
            return {}
        spec = installation.stack.site.certificates.acme
        if spec is None:
            return {}
        memory = Memory(installation.vault, spec.url)
        found = {service.name: _reason(memory, service, spec.profile or "", now) for service in users}
        return {name: reason for name, reason in found.items() if reason}

    def obtain(self, installation: Installation, service: str, now: datetime) -> KeyPair:
        """Given a service, order its certificate and return it with its key, written nowhere but in the order's own files.

        Raise RtcstackError; what is in use stays.
        """
        request = installation.stack.service(service).certificate
        if request is None:
            raise LookupError(service)
        return order.obtain(installation.vault, of(installation), request, now).pair

    def problems(self, installation: Installation) -> tuple[Problem, ...]:
        """Given an installation, return everything that is wrong with the files that its settings name."""
        try:
            of(installation)
        except RequestError as error:
            return error.problems
        return ()

    def usable(self, installation: Installation, service: str, now: datetime) -> bool:
        """Given a service and the time, return whether what is stored for it still serves while no new one is to be had."""
        vault, request = installation.vault, installation.stack.service(service).certificate
        key, chain = vault.read(f"{service}.key"), vault.read(f"{service}.crt")
        if key is None or chain is None or request is None:
            return False
        why = public.due(KeyPair(key_pem=key, certificate_pem=chain), request, now)
        return why in (None, public.Due.EXPIRES_SOON, public.Due.OTHER_KEY_TYPE)


def services(installation: Installation) -> tuple[ServicePlan, ...]:
    """Given an installation, return the services whose certificates come from a public CA."""
    return installation.stack.issued_by("acme")


def of(installation: Installation) -> Settings:
    """Given an installation that uses a public CA, return its settings. Raise RequestError with all that is wrong with them."""
    spec = installation.stack.site.certificates.acme
    if spec is None:
        raise RequestError("this installation uses no public CA", hint="See `[certificates]` in the README.")
    return settings(installation.directory, spec)


def refresh(installation: Installation, now: datetime) -> tuple[str, ...]:
    """Given an installation, do what is due between renewals: take left proofs away, ask the CA when it would like renewals.

    Return what went wrong, as sentences; nothing of it is a reason to stop.
    """
    users = services(installation)
    if not users:
        return ()
    try:
        found = of(installation)
    except RtcstackError as error:
        return (error.message,)
    for service in users:
        order.tidy(installation.vault, service.name)
    told = [left] if (left := order.clear(installation.vault, found)) else []
    memory = Memory(installation.vault, found.directory)
    due = [service.name for service in users if _may_ask(memory, service.name, now)]
    if due:
        try:
            told += _ask(installation, found, due, now)
        except RtcstackError as error:
            told.append(error.message)
            for name in due:
                memory.save_service(name, ask_after=(now + ASK_AGAIN).isoformat())
    return tuple(told)


def _ask(installation: Installation, found: Settings, names: list[str], now: datetime) -> list[str]:
    told = []
    with connected(installation.vault, found) as (client, memory):
        if not client.about.suggests_renewal:
            return []
        for name in names:
            chain = installation.vault.read(f"{name}.crt") or b""
            when, again = None, now + ASK_AGAIN
            try:
                when, again = client.renewal(chain)
            except CaError as error:
                told.append(f"{name}: {error.message}")
                again = error.retry_at or again
            renewal = {"sha256": fingerprint(chain), "at": when.astimezone(UTC).isoformat()} if when is not None else None
            memory.save_service(name, renewal=renewal, ask_after=again.isoformat())
    return told


def _may_ask(memory: Memory, service: str, now: datetime) -> bool:
    later = memory.time(service, "ask_after")
    chain = memory.vault.read(f"{service}.crt")
    if chain is None or (later is not None and now < later):
        return False
    with contextlib.suppress(WorldError):
        return fingerprint(chain) in memory.issued(service)
    return False


def _reason(memory: Memory, service: ServicePlan, profile: str, now: datetime) -> str:
    vault, request = memory.vault, service.certificate
    key, chain = vault.read(f"{service.name}.key"), vault.read(f"{service.name}.crt")
    if key is None or chain is None or request is None:
        return "missing"
    reason = public.due(KeyPair(key_pem=key, certificate_pem=chain), request, now)
    if reason is public.Due.UNREADABLE:
        return str(reason)
    sha256 = fingerprint(chain)
    if sha256 not in memory.issued(service.name):
        return f"not from {memory.host}"
    if reason is not None:
        return str(reason)
    if memory.issued(service.name)[sha256] != profile:
        return "another profile is wanted"
    return str(public.Due.SUGGESTED) if _wanted(memory, service.name, sha256, now) else ""


def _wanted(memory: Memory, service: str, sha256: str, now: datetime) -> bool:
    at = suggested(memory, service, sha256)
    return at is not None and at <= now


def suggested(memory: Memory, service: str, sha256: str) -> datetime | None:
    """Given a service and the digest of its certificate, return when the CA would like that renewed, None if it did not say."""
    found = memory.service(service).get("renewal")
    if not isinstance(found, dict) or found.get("sha256") != sha256:
        return None
    return moment(found.get("at"))
