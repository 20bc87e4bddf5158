"""`export-users`: everybody as lines that `import-users` takes, a page at a time."""

from collections.abc import Iterator
from itertools import islice

from rtcstack.engine.docker import Engine
from rtcstack.workflow.context import Installation
from rtcstack.workflow.known_people import stored_hashes
from rtcstack.workflow.list_users import list_users

PAGE = 500
"""People whose hashes are asked for at once."""


def export_users(installation: Installation, *, hashes: bool) -> Iterator[dict[str, object]]:
    """Given an installation, yield an object for each person in the order of names; `hashes` adds what services store.

    Somebody whom a service does not have wholly has no hashes of it. Somebody who is removed meanwhile may be left out.
    Raise WorldError if the database cannot be asked.
    """
    everybody = list_users(installation)
    with Engine() as engine:
        while found := list(islice(everybody, PAGE)):
            stored = stored_hashes(installation, engine, [person.name for person in found]) if hashes else {}
            for person in found:
                line: dict[str, object] = {
                    "name": person.name,
                    "enabled": person.enabled,
                    "admin": person.admin,
                    "aliases": list(person.aliases),
                }
                if not hashes:
                    yield line
                elif stored[person.name]:
                    yield {**line, "realm": installation.stack.site.domain, "hashes": stored[person.name]}
