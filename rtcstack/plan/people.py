"""What one person means to one service: rows in its database, as SQL that the people workflow joins into one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Hashes = Mapping[str, str]
"""What one service stores instead of a password, by its own words (all text); made by that service, understood by it alone."""

THROW_AWAY = "_check-"
"""How the names of `rtcstack check`'s people begin. Nobody can have such a name: people's begin with a letter or digit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A person with what proves them: a password in clear, for the moment of hashing only, or each service's stored hashes.

    `realm` is the SIP and TURN realm: the domain. `hashes` maps a service's name to what it exported before. Without either
    nobody can be added: enough for questions, suspensions and removals. `created` and `updated` (0: never) are seconds since
    1970. `formerly` is the name that the person had until now ("": the same).
    """

    name: str
    realm: str
    password: str = field(default="", repr=False)
    hashes: Mapping[str, Hashes] = field(default_factory=dict, repr=False)
    admin: bool = False
    aliases: tuple[str, ...] = ()
    created: int = 0
    updated: int = 0
    formerly: str = ""

    @property
    def proven(self) -> bool:
        """Whether there is something that services can make their rows from."""
        return bool(self.password or self.hashes)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStep:
    """How a service keeps a person. Statements are whole and safely quoted, without final semicolon.

    `insert` makes the rows and replaces half-made ones: the person is enabled then; it is empty for somebody who is not proven.
    `suspend` keeps the rows but lets nobody log in with them, and `resume` undoes that; both may be repeated.
    `delete` removes all that the person had there, messages too. `inherit` gives to the person what the one `formerly` had there,
    except what logs in; what remains of `formerly` goes by a `delete`.
    `aliases` makes the person reachable by exactly the aliases of the `Credentials` (empty: the service knows none).
    `states` is a SELECT of two columns, name and 1 (enabled) or 0 (suspended), of everybody who exists wholly here.
    `hashes` is a SELECT of two columns for this person, name and a JSON object of text: what `Credentials.hashes` takes back.
    """

    service: str
    insert: tuple[str, ...] = field(repr=False)
    suspend: tuple[str, ...]
    resume: tuple[str, ...]
    delete: tuple[str, ...]
    states: str
    hashes: str
    aliases: tuple[str, ...] = ()
    inherit: tuple[str, ...] = ()
