"""One folder per service, found, not registered: each has `SERVICES`, the services that it describes.

A service describes, it does not act, and knows no other service: what it needs of another it asks for by role.
"""

from importlib import import_module
from pkgutil import iter_modules

from rtcstack.plan.service import Service


def catalogue() -> tuple[Service, ...]:
    """Return every service of every folder here, ordered by their fixed place in the address range."""
    found = [
        service
        for module in iter_modules(__path__)
        if module.ispkg
        for service in import_module(f"{__name__}.{module.name}").SERVICES
    ]
    return tuple(sorted(found, key=lambda service: service.offset))
