"""`remove-user`: a person and all that is theirs, gone from every service at once."""

from rtcstack.engine.docker import Engine
from rtcstack.render.people import Outcome, removal
from rtcstack.workflow import administrators, people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.life import Tell, end_for_good, finish
from rtcstack.workflow.show_user import ask


def remove_user(installation: Installation, name: str, *, tell: Tell) -> None:
    """Given a name, take it out of `admins` in the file, remove the person in one transaction, then end all sessions.

    Raise RequestError if there is none, WorldError if the world fails.
    """
    people.checked_name(name)
    admin = name in installation.stack.site.admins
    told = admin or administrators.untold(installation)
    with administrators.editing(installation, wanted=told), Engine() as engine:
        if admin and ask(installation, engine, name) is not None:
            installation = administrators.change_admins(installation, remove=(name,))
        outcome = people.change(installation, engine, removal(people.anybody(installation, name), name))
        if told:
            administrators.let_know(installation, engine)
        if outcome is Outcome.ABSENT:
            raise people.absent(name)
        end_for_good(installation, engine, name)
        # Not before: a removal that is typed again because sessions were left is done once more, not refused.
        finish(installation, engine, tell)
