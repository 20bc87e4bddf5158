"""`remove-user`: a person and all that is theirs, gone from every service at once."""

from rtcstack.engine.docker import Engine
from rtcstack.engine.lock import locked
from rtcstack.errors import RequestError
from rtcstack.plan.people import Credentials
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation


def remove_user(installation: Installation, name: str) -> None:
    """Given a name, remove the person from all services in one transaction. Raise RequestError if there is none."""
    people.checked_name(name)
    person = Credentials(name=name, realm=installation.stack.site.domain, password="x")  # noqa: S106 - nobody's
    gone = [statement for step in people.steps(installation, person) for statement in step.delete]
    installation.vault.directory.mkdir(mode=0o700, exist_ok=True)
    with locked(installation.vault.directory), Engine() as engine:
        found = people.who(installation, engine)
        if name not in (*found.whole, *found.partial):
            raise RequestError(f"there is no {name}", hint="Type `rtcstack list-users`.")
        people.execute(installation, engine, people.transaction(gone))
