"""What a check found, in the shape that scripts read."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error`: somebody is locked out, or is let in who should not be. `warning`: not now, but it can come."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: a stable id, the service, what was tried, what happened, and what to type."""

    id: str
    service: str
    severity: Severity
    tried: str
    happened: str
    remedy: str
