"""`disable-user` and `enable-user`: locked out everywhere at once, and let in again with the same password."""

from rtcstack.render.people import Outcome, resumption, suspension
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.life import Tell, begun, end, now


def disable_user(installation: Installation, name: str, *, tell: Tell) -> None:
    """Given a name, let the person log in nowhere, in one transaction, then end all sessions; messages and contacts stay.

    Whoever is disabled already is not changed, and what may still run is ended. Raise RequestError if there is no such person,
    WorldError if the world fails.
    """
    people.checked_name(name)
    with begun(installation, tell) as engine:
        if people.change(installation, engine, suspension(people.anybody(installation, name), name, now())) is Outcome.ABSENT:
            raise people.absent(name)
        end(installation, engine, name)


def enable_user(installation: Installation, name: str, *, tell: Tell) -> None:
    """Given a name, let the person log in again, in one transaction. Raise RequestError if there is none, WorldError."""
    people.checked_name(name)
    with begun(installation, tell) as engine:
        if people.change(installation, engine, resumption(people.anybody(installation, name), name, now())) is Outcome.ABSENT:
            raise people.absent(name)
