"""A database that a service asks for: it names it, the service with the role `database` provides it."""

from dataclasses import dataclass

from rtcstack.plan.secret import SecretRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of a schema: applied once, in order of `version`; SQL that may be typed again after a kill in the middle."""

    version: int
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRequest:
    """A database `name` owned by a user of the same name, with the password in the secret `database-NAME`.

    `privileges` are what that user may do there (never more than it needs). `upkeep` statements run after the migrations
    whenever the plan changes; they must be harmless when typed again and hold no secret.
    """

    name: str
    privileges: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")
    migrations: tuple[Migration, ...] = ()
    upkeep: tuple[str, ...] = ()

    @property
    def secret(self) -> SecretRequest:
        """The request for its password."""
        return SecretRequest(name=f"database-{self.name}", overlap=0)
