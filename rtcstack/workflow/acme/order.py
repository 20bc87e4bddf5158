"""One order from its placing to the certificate, gone on with where a killed run left it. Nothing of the stack is touched.

A new key for every order, kept beside the one in use (`NAME.order.key`), with the order's address (`NAME.order.json`), until its
certificate is in use: a certificate that was issued and not fetched is fetched, and not ordered a second time.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rtcstack.engine.acme.client import Client, Order
from rtcstack.engine.acme.words import CaError
from rtcstack.engine.files import digest
from rtcstack.engine.vault import Vault
from rtcstack.pki import keys, public
from rtcstack.pki.certificates import fingerprint
from rtcstack.pki.keypair import KeyPair
from rtcstack.plan.certificate import CertificateRequest
from rtcstack.workflow.acme.account import connected
from rtcstack.workflow.acme.memory import Memory
from rtcstack.workflow.acme.proofs import Proofs
from rtcstack.workflow.acme.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Obtained:
    """A key with its certificate and chain, and what could not be tidied up ("" if all could)."""

    pair: KeyPair
    left: str


def obtain(vault: Vault, settings: Settings, request: CertificateRequest, now: datetime) -> Obtained:
    """Given the vault, the settings and what a service wants, get a certificate. Raise RtcstackError; what is in use stays.

    Our proofs are taken away again, whatever happens.
    """
    memory = Memory(vault, settings.directory)
    later = memory.time(request.service, "not_before")
    if later is not None and now < later:
        raise CaError(
            f"{settings.host} does not want to be asked for {request.service} before {later:%Y-%m-%d %H:%M} UTC",
            hint="It said so when it refused the last order. What is in use stays in use; the timer tries again by itself.",
            retry_at=later,
        )
    try:
        with connected(vault, settings) as (client, memory):
            return _obtain(client, memory, settings, request)
    except CaError as error:
        if error.retry_at is not None:
            memory.save_service(request.service, not_before=error.retry_at.isoformat())
        raise


def clear(vault: Vault, settings: Settings) -> str:
    """Given the vault and the settings, take away the proofs that a killed run left; return why that failed, or ""."""
    return Proofs(vault, settings).clear()


def tidy(vault: Vault, service: str) -> None:
    """Given a service, forget an order whose certificate is in use."""
    key = vault.read(f"{service}.order.key")
    if key is not None and key == vault.read(f"{service}.key"):
        _give_up(vault, service)


def _obtain(client: Client, memory: Memory, settings: Settings, request: CertificateRequest) -> Obtained:
    proofs = Proofs(memory.vault, settings)
    proofs.clear()
    # Before the CA counts an order that could not be proven.
    proofs.ready(public.dns_names(request))
    order, key = _place(client, memory, settings, request)
    fetched = order.status == "valid"
    left = ""
    if order.status == "pending":
        try:
            asked = client.challenges(order)
            proofs.put((challenge.name, challenge.value) for challenge in asked)
            order = client.prove(order, asked)
        finally:
            left = proofs.clear()
    chain = client.finish(order, public.signing_request(key, public.dns_names(request)))
    pair = KeyPair(key_pem=key, certificate_pem=chain)
    # Issuing may have taken minutes.
    if why := public.wrong(pair, request, datetime.now(UTC)):
        _give_up(memory.vault, request.service)
        if fetched:
            # Issued long ago and never fetched.
            return _obtain(client, memory, settings, request)
        raise CaError(f"{settings.host} sent a certificate for {request.service} that cannot be used: {why}")
    memory.remember(request.service, fingerprint(chain), settings.profile)
    memory.save_service(request.service, not_before=None, renewal=None)
    return Obtained(pair=pair, left=left)


def _place(client: Client, memory: Memory, settings: Settings, request: CertificateRequest) -> tuple[Order, bytes]:
    vault, service = memory.vault, request.service
    wanted = {"directory": settings.directory, "profile": settings.profile, "names": sorted(public.dns_names(request))}
    known, key = _left(vault, service), vault.read(f"{service}.order.key")
    same = key is not None and known.get("key") == digest(key) and {name: known.get(name) for name in wanted} == wanted
    # If the key is in use, the order is done with.
    if key is not None and same and key != vault.read(f"{service}.key"):
        order = _again(client, str(known.get("url")))
        if order is not None and keys.is_of_type(keys.load(key).public_key(), request.key_type):
            return order, key
    key = keys.dump(keys.make(request.key_type))
    vault.replace(f"{service}.order.key", key)
    order = client.order(public.dns_names(request), settings.profile, _replaces(memory, service))
    kept = wanted | {"url": order.url, "key": digest(key)}
    vault.replace(f"{service}.order.json", json.dumps(kept, indent=1, sort_keys=True).encode() + b"\n")
    return order, key


def _again(client: Client, url: str) -> Order | None:
    try:
        order = client.look(url)
    except CaError as error:
        if error.code in ("", "rateLimited", "serverInternal"):
            raise
        return None
    expires = order.body.expires
    over = expires is not None and order.status != "valid" and expires < datetime.now(UTC)
    return None if order.status == "invalid" or over else order


def _give_up(vault: Vault, service: str) -> None:
    vault.remove(f"{service}.order.json")
    vault.remove(f"{service}.order.key")


def _left(vault: Vault, service: str) -> dict[str, Any]:
    try:
        found = json.loads(vault.read(f"{service}.order.json") or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _replaces(memory: Memory, service: str) -> str:
    chain = memory.vault.read(f"{service}.crt")
    if chain is None or fingerprint(chain) not in memory.issued(service):
        return ""
    return public.identifier(chain)
