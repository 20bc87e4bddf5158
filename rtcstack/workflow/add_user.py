"""`add-user`: a person in every service, or in none."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rtcstack.engine.docker import Engine
from rtcstack.errors import RequestError
from rtcstack.render.people import Outcome, addition
from rtcstack.workflow import administrators, people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.life import Tell, begun, end, now, proven
from rtcstack.workflow.show_user import ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A person who can log in everywhere; `password` only if it was generated."""

    name: str
    domain: str
    password: str = field(repr=False)
    aliases: tuple[str, ...] = ()


def add_user(
    installation: Installation, name: str, password: str | None, *, aliases: Sequence[str] = (), admin: bool = False, tell: Tell
) -> Added:
    """Given a name and a password (None: generate one), add the person to all services in one transaction.

    Somebody left half-made is completed. `admin` puts the name into `admins` in the file first. Raise RequestError for a bad name,
    alias or password, or if the person exists already (the password then stays), WorldError if the world fails.
    """
    people.checked_name(name)
    further = people.checked_aliases(name, aliases)
    secret = people.generated_password() if password is None else people.checked_password(password)
    # A service may refuse a password that the common rules let through: before the file is edited.
    people.steps(installation, proven(installation, name, secret, created=0))
    with administrators.editing(installation, wanted=admin), begun(installation, tell) as engine:
        edited = admin and name not in installation.stack.site.admins and not _there(installation, engine, name)
        if edited:
            installation = administrators.change_admins(installation, add=(name,))
        person = proven(installation, name, secret, created=now(), aliases=further)
        outcome, word = people.answer(installation, engine, addition(people.steps(installation, person), person))
        if edited and outcome is not Outcome.DONE:
            installation = administrators.change_admins(installation, remove=(name,))
        elif admin and name in installation.stack.site.admins:
            administrators.let_know(installation, engine)
        if outcome is Outcome.DONE and word == "1":
            # Somebody half-made may be logged in with another password where there is one.
            end(installation, engine, name)
    if outcome is Outcome.TAKEN:
        raise people.taken(word)
    if outcome is Outcome.EXISTS:
        raise RequestError(
            f"{name} exists already; the password was not touched",
            hint=f"Choose another name, or type `rtcstack passwd {name}` if nobody knows the password.",
        )
    return Added(name=name, domain=installation.stack.site.domain, password=secret if password is None else "", aliases=further)


def _there(installation: Installation, engine: Engine, name: str) -> bool:
    found = ask(installation, engine, name)
    return found is not None and found.whole
