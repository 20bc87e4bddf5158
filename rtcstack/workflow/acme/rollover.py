"""`certs acme rollover`: another key for the account, certificates and account stay (RFC 8555 section 7.3.5)."""

from rtcstack.engine.lock import locked
from rtcstack.workflow.acme.account import change_key
from rtcstack.workflow.acme.source import of
from rtcstack.workflow.context import Installation


def rollover(installation: Installation) -> str:
    """Given an installation that uses a public CA, change the account's key and return the account's URI. Raise RtcstackError."""
    settings = of(installation)
    with locked(installation.directory):
        return change_key(installation.vault, settings)
