"""`alias-user`: the numbers and further names under which a person can be called."""

from collections.abc import Sequence
from dataclasses import replace

from rtcstack.errors import RequestError, WorldError
from rtcstack.render.people import Outcome, realiasing
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.life import Tell, begun, now, proven
from rtcstack.workflow.show_user import ask

_TRIES = 5


def alias_user(installation: Installation, name: str, *, add: Sequence[str], remove: Sequence[str], tell: Tell) -> tuple[str, ...]:
    """Given a person and aliases to add and to remove, return all that they have afterwards; one transaction.

    What is there, or gone, already stays so. Raise RequestError for a bad alias, one that is somebody else's, or if there is no
    such person, WorldError if the world fails.
    """
    people.checked_name(name)
    coming = set(people.checked_aliases(name, add))
    if both := sorted(coming & set(remove)):
        raise RequestError(f"{both[0]} cannot be added and removed at once")
    with begun(installation, tell) as engine:
        for _ in range(_TRIES):
            found = ask(installation, engine, name)
            if found is None:
                raise people.absent(name)
            wanted = tuple(sorted((set(found.aliases) | coming) - set(remove)))
            person = replace(proven(installation, name, "", created=0, updated=now()), aliases=wanted)
            script = realiasing(people.steps(installation, person), person, found.aliases)
            outcome, word = people.answer(installation, engine, script)
            if outcome is Outcome.DONE:
                return wanted
            if outcome is Outcome.ABSENT:
                raise people.absent(name)
            if outcome is Outcome.TAKEN:
                raise people.taken(word)
    raise WorldError(f"somebody else changes {name} all the time", hint="Type the command again.")
