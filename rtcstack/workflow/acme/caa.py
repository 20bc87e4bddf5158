"""The public CA as CAA records name it (RFC 8659), bound to our account there (RFC 8657), as far as both are known by now."""

import contextlib

from rtcstack.engine.vault import Vault
from rtcstack.spec.acme import PRODUCTION, STAGING
from rtcstack.spec.model import CaaSpec, StackSpec
from rtcstack.workflow.acme.memory import Memory

_KNOWN = {PRODUCTION: ("letsencrypt.org",), STAGING: ("letsencrypt.org",)}
"""Before the CA has told its name itself."""


def known_caa(spec: StackSpec, vault: Vault) -> tuple[StackSpec, CaaSpec | None]:
    """Given the file and the vault, return the file with our account where it names the CA without one, and the CA that it uses.

    The second is None if no public CA is used, or if it never told its name.
    """
    acme, options = spec.certificates.acme, spec.services.values()
    if acme is None or not any((each.certificate or spec.certificates.source) == "acme" for each in options):
        return spec, None
    memory = Memory(vault, acme.url)
    names = memory.caa_identities or _KNOWN.get(acme.url, ())
    if spec.caa is not None:
        if spec.caa.account is None and memory.account and spec.caa.issuer in names:
            with contextlib.suppress(ValueError):
                caa = CaaSpec(issuer=spec.caa.issuer, account=memory.account, methods=spec.caa.methods)
                return spec.model_copy(update={"caa": caa}), caa
        return spec, spec.caa
    if not names:
        return spec, None
    with contextlib.suppress(ValueError):
        return spec, CaaSpec(issuer=names[0], account=memory.account or None, methods=("dns-01",))
    return spec, None
