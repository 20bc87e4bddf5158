"""`add-user`: a person in every service, or in none."""

import time
from dataclasses import dataclass, field

from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError
from rtcstack.plan.people import Credentials
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A person who can log in everywhere; `password` only if it was generated."""

    name: str
    domain: str
    password: str = field(repr=False)


def add_user(installation: Installation, name: str, password: str | None) -> Added:
    """Given a name and a password (None: generate one), add the person to all services in one transaction.

    Somebody left half-made is completed. Raise RequestError for a bad name or password, or if the person exists already (the
    password then stays), WorldError if the database cannot be asked.
    """
    people.checked_name(name)
    site = installation.stack.site
    secret = people.generated_password() if password is None else people.checked_password(password)
    person = Credentials(name=name, realm=site.domain, password=secret, admin=name in site.admins, created=int(time.time()))
    wanted = people.steps(installation, person)
    installation.vault.directory.mkdir(mode=0o700, exist_ok=True)
    with locked(installation.vault.directory), Engine() as engine:
        if name in people.who(installation, engine).whole:
            raise RequestError(f"{name} exists already", hint="Choose another name; the password was not touched.")
        statements = [statement for step in wanted for statement in step.insert]
        people.execute(installation, engine, people.transaction(statements))
    return Added(name=name, domain=site.domain, password=secret if password is None else "")
