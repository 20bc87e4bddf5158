"""`passwd`: another password in every service at once, and nobody stays logged in with the old one."""

from dataclasses import dataclass, field

from rtcstack.render.people import Outcome, renewal
from rtcstack.workflow import people
from rtcstack.workflow.context import Installation
from rtcstack.workflow.life import Tell, begun, end, now, proven
from rtcstack.workflow.show_user import ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A person with another password, which is given only if it was generated; `enabled` says whether they may log in."""

    name: str
    enabled: bool
    password: str = field(repr=False)


def passwd(installation: Installation, name: str, password: str | None, *, tell: Tell) -> Renewed:
    """Given a name and a password (None: generate one), change it everywhere in one transaction, then end all sessions.

    Who is disabled stays disabled. Raise RequestError for a bad password or if there is no such person, WorldError if the world
    fails: if it says that the change is made, then it is, and `tell` has been given a password that was generated.
    """
    people.checked_name(name)
    secret = people.generated_password() if password is None else people.checked_password(password)
    with begun(installation, tell) as engine:
        found = ask(installation, engine, name)
        if found is None:
            raise people.absent(name)
        created = int(found.created.timestamp())
        person = proven(installation, name, secret, created=created, updated=now())
        if people.change(installation, engine, renewal(people.steps(installation, person), person)) is Outcome.ABSENT:
            raise people.absent(name)
        made = secret if password is None else ""
        try:
            end(installation, engine, name)
        except BaseException:
            if made:
                tell(f"Password (shown only now): {made}")
            raise
    return Renewed(name=name, enabled=found.enabled, password=made)
