"""What must be secret and made once: passwords and shared keys, asked for by name and never rendered into a plan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRequest:
    """A secret by name; kept in `secrets/NAME`, 0600; letters and digits only, `bits` of entropy."""

    name: str
    bits: int = 192
