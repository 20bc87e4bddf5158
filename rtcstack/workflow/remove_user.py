"""`remove-user`: a person and all that is theirs, gone from every service at once."""

from rtcstack.engine.docker import Engine
from rtcstack.errors import RequestError
from rtcstack.render.people import Outcome, removal
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation


def remove_user(installation: Installation, name: str) -> None:
    """Given a name, remove the person from all services in one transaction. Raise RequestError if there is none."""
    people.checked_name(name)
    script = removal(people.anybody(installation, name))
    with Engine() as engine:
        outcome = people.change(installation, engine, script)
    if outcome is Outcome.ABSENT:
        raise RequestError(f"there is no {name}", hint="Type `rtcstack list-users`.")
