"""What one person means to one service: rows in its database, as SQL that the people workflow joins into one transaction."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A person with the password in clear, for the moment of hashing only. `realm` is the SIP and TURN realm: the domain."""

    name: str
    realm: str
    password: str = field(repr=False)
    admin: bool = False
    aliases: tuple[str, ...] = ()
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStep:
    """How a service keeps a person. Statements are whole and safely quoted, without final semicolon.

    `insert` makes the rows and replaces half-made ones; `delete` removes all that the person had there, messages too;
    `names` is a SELECT of one column with the names of everybody who exists wholly in this service.
    """

    service: str
    insert: tuple[str, ...] = field(repr=False)
    delete: tuple[str, ...]
    names: str
