"""`ca`: the certificate that clients import to trust this stack."""

from rtcstack.engine.vault import CA_CERTIFICATE
from rtcstack.errors import WorldError
from rtcstack.workflow.context import Installation


def ca(installation: Installation) -> bytes:
    """Given an installation, return its CA's certificate as PEM. Raise WorldError if there is none yet."""
    found = installation.vault.read(CA_CERTIFICATE)
    if found is None:
        raise WorldError(
            f"there is no CA in {installation.vault.directory} yet", hint="Type `rtcstack up`: it makes one, and keeps it."
        )
    return found
