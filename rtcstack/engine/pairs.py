"""A service's key and certificate in the vault, changed both at once as far as a disk can.

  NAME.key, NAME.crt                    in use
  NAME.next.key, NAME.next.crt          written, not in use yet
  NAME.previous.key, NAME.previous.crt  in use before, until the new one was seen on the wire

All that needs room on the disk is written first; what follows is hard links and renames. So a full disk changes nothing, and
whatever is killed in between, one whole pair is there, and `mend` puts it in use.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator

from rtcstack.engine.files import PRIVATE, private_directory, write_atomic
from rtcstack.engine.vault import Vault
from rtcstack.errors import WorldError
from rtcstack.pki.keypair import KeyPair
from rtcstack.pki.pairs import whole

KINDS = ("key", "crt")


def read(vault: Vault, service: str, which: str = "") -> KeyPair | None:
    """Given a service, return its pair in use (or `next`, `previous`), whole or not; None if one of the two is missing."""
    key, chain = (vault.read(_name(service, which, kind)) for kind in KINDS)
    return None if key is None or chain is None else KeyPair(key_pem=key, certificate_pem=chain)


def put(vault: Vault, service: str, pair: KeyPair) -> None:
    """Given a service and a pair, put it in use; the one in use before stays beside it. Raise WorldError, with nothing changed.

    A pair that was not seen on the wire yet does not take the place of the one before it.
    """
    mend(vault, service)
    private_directory(vault.directory)
    try:
        for kind, content in (("key", pair.key_pem), ("crt", pair.certificate_pem)):
            write_atomic(vault.directory / _name(service, "next", kind), content, PRIVATE)
    except WorldError:
        _drop(vault, service, "next")
        raise
    if not _is_whole(vault, service, "previous") and _is_whole(vault, service, ""):
        _drop(vault, service, "previous")
        for kind in KINDS:
            _link(vault, _name(service, "", kind), _name(service, "previous", kind))
    _use_next(vault, service)


def put_back(vault: Vault, service: str) -> bool:
    """Given a service, put what was in use before in use again; return whether there was something. It stays kept beside, too."""
    if not _is_whole(vault, service, "previous"):
        return False
    for kind in KINDS:
        _link(vault, _name(service, "previous", kind), _name(service, "", kind))
    return True


def settle(vault: Vault, service: str) -> None:
    """Given a service whose pair in use was seen on the wire, forget the one before."""
    _drop(vault, service, "previous")


def unsettled(vault: Vault) -> frozenset[str]:
    """Return the services with a pair in use that was not seen on the wire yet."""
    ending = ".previous.crt"
    return frozenset(name.removesuffix(ending) for name in vault.names() if name.endswith(ending))


def mend_all(vault: Vault) -> None:
    """Given a vault, mend what a killed run left of any service."""
    marks = (".next.key", ".next.crt", ".previous.key", ".previous.crt")
    # The CA's files have rules of their own.
    for service in {name.removesuffix(mark) for name in vault.names() for mark in marks if name.endswith(mark)} - {"ca"}:
        mend(vault, service)


def mend(vault: Vault, service: str) -> None:
    """Given a service, put a whole pair in use if a killed run left none: the new one if it is there, else the one before."""
    if not _is_whole(vault, service, ""):
        key = vault.read(_name(service, "", "key"))
        new = vault.read(_name(service, "next", "crt"))
        if key is not None and new is not None and whole(KeyPair(key_pem=key, certificate_pem=new)):
            # Killed between the two renames.
            _use_next(vault, service)
        else:
            put_back(vault, service)
    _drop(vault, service, "next")
    if not _is_whole(vault, service, "previous"):
        _drop(vault, service, "previous")


def _name(service: str, which: str, kind: str) -> str:
    return f"{service}.{which}.{kind}" if which else f"{service}.{kind}"


def _is_whole(vault: Vault, service: str, which: str) -> bool:
    pair = read(vault, service, which)
    return pair is not None and whole(pair)


def _use_next(vault: Vault, service: str) -> None:
    with _world(vault):
        for kind in KINDS:
            with contextlib.suppress(FileNotFoundError):
                (vault.directory / _name(service, "next", kind)).replace(vault.directory / _name(service, "", kind))
        _sync(vault)


def _link(vault: Vault, source: str, target: str) -> None:
    # A second name for the same file needs no room; the rename makes it take the place of what is there.
    temporary = vault.directory / f".{target}.{secrets.token_hex(4)}.new"
    with _world(vault):
        os.link(vault.directory / source, temporary)
        temporary.replace(vault.directory / target)
        # Two names of one file are not renamed onto each other (POSIX rename): then the temporary one is left.
        temporary.unlink(missing_ok=True)
        _sync(vault)


def _drop(vault: Vault, service: str, which: str) -> None:
    # The certificate first: without it the rest is known to be a rest.
    for kind in reversed(KINDS):
        vault.remove(_name(service, which, kind))


def _sync(vault: Vault) -> None:
    descriptor = os.open(vault.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _world(vault: Vault) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorldError(f"{vault.directory} could not be changed: {error.strerror}", hint="See `df -h` and its owner.") from error
