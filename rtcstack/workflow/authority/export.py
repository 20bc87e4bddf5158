"""`certs export-ca` and `certs crl`: the CA's certificate and its list in the forms that others take."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from rtcstack.errors import RequestError
from rtcstack.pki.export import apple_profile, der, instructions
from rtcstack.pki.revocation import read_list, serial_text
from rtcstack.workflow.authority import lists
from rtcstack.workflow.authority.material import NEXT_CERTIFICATE, OLD_CERTIFICATE, Phase, certificate, phase
from rtcstack.workflow.context import Installation

FORMATS = ("pem", "der", "apple", "text")
LIST_FORMATS = ("pem", "der", "text")


def export_ca(installation: Installation, form: str) -> bytes:
    """Given one of FORMATS, return the CA that is in use in that form. Raise RequestError or WorldError."""
    pem = certificate(installation.vault)
    forms = {"pem": lambda: pem, "der": lambda: der(pem), "apple": lambda: apple_profile(pem)}
    forms["text"] = lambda: instructions(pem).encode()
    if form not in forms:
        raise RequestError(f"there is no format {form!r}", hint=f"Formats: {', '.join(FORMATS)}.")
    return forms[form]()


def other_ca(installation: Installation, *, old: bool) -> bytes:
    """Given an installation, return the old CA, or else the announced one, as PEM. Raise RequestError if there is none."""
    vault = installation.vault
    wanted, name = (Phase.OVERLAP, OLD_CERTIFICATE) if old else (Phase.ANNOUNCED, NEXT_CERTIFICATE)
    found = vault.read(name) if phase(vault) is wanted else None
    if found is None:
        raise RequestError(
            "there is no old CA that is still trusted" if old else "no new CA is announced",
            hint="See `rtcstack certs rotate-ca`.",
        )
    return found


def export_list(installation: Installation, form: str, now: datetime) -> bytes:
    """Given one of LIST_FORMATS, return the CA's list of revoked certificates in it. Raise RequestError if there is none."""
    pem = lists.of(installation.vault, certificate(installation.vault))
    if pem is None:
        raise RequestError("there is no list: nothing was ever revoked", hint="`rtcstack certs revoke` makes one.")
    if form == "pem":
        return pem
    if form == "der":
        return x509.load_pem_x509_crl(pem).public_bytes(Encoding.DER)
    if form != "text":
        raise RequestError(f"there is no format {form!r}", hint=f"Formats: {', '.join(LIST_FORMATS)}.")
    found = read_list(pem)
    end = "ended" if now >= found.next_update else "until"
    lines = [f"list {found.number}, {end} {found.next_update:%Y-%m-%d}, {len(found.revoked)} revoked"]
    lines += [f"{entry.since:%Y-%m-%d}  {serial_text(entry.serial)}" for entry in found.revoked]
    return "\n".join([*lines, ""]).encode()
