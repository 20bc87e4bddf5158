"""`add-user`: a person in every service, or in none."""

import time
from dataclasses import dataclass, field

from rtcstack.engine.docker import Engine
from rtcstack.errors import RequestError
from rtcstack.plan.people import Credentials
from rtcstack.render.people import Outcome, addition
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
    script = addition(people.steps(installation, person), name)
    with Engine() as engine:
        outcome = people.change(installation, engine, script)
    if outcome is Outcome.EXISTS:
        raise RequestError(
            f"{name} exists already; the password was not touched",
            hint=f"Choose another name, or begin anew with `rtcstack remove-user {name}` if nobody knows the password.",
        )
    return Added(name=name, domain=site.domain, password=secret if password is None else "")
