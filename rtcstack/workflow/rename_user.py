"""`rename-user`: another name for a person, with everything that is theirs; the password must be a new one.

HA1 and the TURN key are hashes over the name too, so they cannot be made for another name from what is stored.
"""

from dataclasses import dataclass, field

from rtcstack.engine.docker import Engine
from rtcstack.errors import RequestError, WorldError
from rtcstack.render.people import Outcome, renaming
from rtcstack.workflow import administrators, people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.life import Tell, begun, end_for_good, now, proven
from rtcstack.workflow.show_user import ask

_TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A person under another name; `password` only if it was generated."""

    name: str
    domain: str
    formerly: str
    password: str = field(repr=False)


def rename_user(installation: Installation, former: str, name: str, password: str | None, *, tell: Tell) -> Renamed:
    """Given the old and the new name and a password (None: generate one), rename in one transaction, then end all sessions.

    Raise RequestError for a bad name or password, if there is no old one, or if the new one is taken; WorldError if the world
    fails: if it says that the change is made, then it is, and `tell` has been given a password that was generated.
    """
    people.checked_name(former)
    people.checked_name(name)
    if former == name:
        raise RequestError("both names are the same", hint="To change only the password, type `rtcstack passwd NAME`.")
    secret = people.generated_password() if password is None else people.checked_password(password)
    admin = former in installation.stack.site.admins
    told = admin or administrators.untold(installation)
    with administrators.editing(installation, wanted=told), begun(installation, tell) as engine:
        outcome, word = Outcome.CHANGED, ""
        for _ in range(_TRIES):
            outcome, word = _rename(installation, engine, former, name, secret)
            if outcome is not Outcome.CHANGED:
                break
        if outcome is Outcome.ABSENT and told:
            # Killed after the transaction: what remains is to be done.
            gone = (former,) if admin and name in installation.stack.site.admins else ()
            administrators.let_know(administrators.change_admins(installation, remove=gone), engine)
        _refuse(former, name, outcome, word)
        made = secret if password is None else ""
        try:
            if told:
                # Only now, when nothing can be refused any more; the transaction has made the administrator already.
                administrators.let_know(administrators.change_admins(installation, remove=(former,)), engine)
            end_for_good(installation, engine, former)
        except BaseException:
            if made:
                tell(f"Password of {name} (shown only now): {made}")
            raise
    return Renamed(name=name, domain=installation.stack.site.domain, formerly=former, password=made)


def _rename(installation: Installation, engine: Engine, former: str, name: str, secret: str) -> tuple[Outcome, str]:
    found = ask(installation, engine, former)
    if found is None:
        return Outcome.ABSENT, ""
    if ask(installation, engine, name) is not None:
        return Outcome.EXISTS, ""
    edited = former in installation.stack.site.admins and name not in installation.stack.site.admins
    if edited:
        installation = administrators.change_admins(installation, add=(name,))
    person = proven(
        installation,
        name,
        secret,
        created=int(found.created.timestamp()),
        updated=now(),
        aliases=found.aliases,
        formerly=former,
    )
    script = renaming(people.anybody(installation, former), people.steps(installation, person), person)
    outcome, word = people.answer(installation, engine, script)
    if edited and outcome is not Outcome.DONE:
        administrators.change_admins(installation, remove=(name,))
    return outcome, word


def _refuse(former: str, name: str, outcome: Outcome, word: str) -> None:
    if outcome is Outcome.ABSENT:
        raise RequestError(
            f"there is no {former}",
            hint=f"If {name} is there instead, the renaming is done: type `rtcstack passwd {name}` for a password that you know.",
        )
    if outcome is Outcome.TAKEN:
        raise people.taken(word)
    if outcome is Outcome.EXISTS:
        raise RequestError(f"{name} exists already", hint="Choose another name. `rtcstack check-users` shows who exists where.")
    if outcome is not Outcome.DONE:
        raise WorldError(f"somebody else changes {former} all the time", hint="Type the command again.")
