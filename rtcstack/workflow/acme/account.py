"""Our account at the CA: made once, found again by its key, given another key. Its key is kept before it is used."""

from collections.abc import Iterator
from contextlib import contextmanager

from rtcstack.engine.acme.client import Client
from rtcstack.engine.acme.words import CaError
from rtcstack.engine.vault import Vault
from rtcstack.errors import RequestError
from rtcstack.pki import keys
from rtcstack.workflow.acme.memory import Memory
from rtcstack.workflow.acme.settings import Settings


@contextmanager
def connected(vault: Vault, settings: Settings) -> Iterator[tuple[Client, Memory]]:
    """Given the vault and the settings, yield a client with the account of this directory; made now if there is none.

    Raise RequestError if the CA wants what the file does not have, CaError if it refuses.
    """
    memory = Memory(vault, settings.directory)
    client = Client(settings.directory, memory.key(), settings.ca_file)
    try:
        about = client.about
        if memory.caa_identities != about.caa_identities:
            memory.save(caa_identities=list(about.caa_identities))
        _finish_change(client, memory)
        if not client.find():
            _register(client, memory, settings)
        elif memory.account != client.account or memory.data.get("contact") != settings.contact:
            client.tell_contact(settings.contact)
            _remember(client, memory, settings)
        yield client, memory
    finally:
        client.close()


def change_key(vault: Vault, settings: Settings) -> str:
    """Given the vault and the settings, give the account another key (RFC 8555 section 7.3.5) and return its URI.

    The new key is kept beside the old one before the CA hears of it; whatever is killed in between, the next run knows both.
    """
    with connected(vault, settings) as (client, memory):
        new = keys.dump(keys.make("ecdsa"))
        vault.replace(memory.next_key_name, new)
        client.change_key(new)
        _settle(memory, new)
        return client.account


def _finish_change(client: Client, memory: Memory) -> None:
    # A change that was killed: the CA alone knows whether it took the new key.
    new = memory.vault.read(memory.next_key_name)
    if new is None:
        return
    old = memory.key()
    client.use_key(new)
    if client.find():
        _settle(memory, new)
        return
    client.use_key(old)
    memory.vault.remove(memory.next_key_name)


def _settle(memory: Memory, new: bytes) -> None:
    memory.vault.replace(memory.key_name, new)
    memory.vault.remove(memory.next_key_name)


def _register(client: Client, memory: Memory, settings: Settings) -> None:
    if client.about.needs_binding and settings.binding is None:
        raise RequestError(
            f"{client.network.place} wants to know whose customer you are (external account binding)",
            hint="Set certificates.acme.eab_kid and eab_key_file: the CA gives both to its customers.",
        )
    try:
        client.register(settings.contact, settings.binding)
    except CaError as error:
        if settings.binding is None or error.code not in ("unauthorized", "malformed", "externalAccountRequired"):
            raise
        hint = "Copy certificates.acme.eab_kid and what is in eab_key_file from the CA again; some may be used once only."
        raise CaError(error.message, hint=hint, code=error.code, retry_at=error.retry_at) from error
    _remember(client, memory, settings)


def _remember(client: Client, memory: Memory, settings: Settings) -> None:
    memory.save(account=client.account, contact=settings.contact, terms=client.about.terms)
