"""Databases, users and grants from what services ask for, and their migrations as files for the one-shot container."""

from collections.abc import Iterator, Mapping

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.database import DatabaseRequest
from rtcstack.plan.listener import Address
from rtcstack.plan.secret import accepted
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render.sql import text
from rtcstack.render.template import HEADER

OWNER = (903, 903)
SCHEMA = "schema/"
"""Where the files lie that the one-shot container applies; the server itself reads none of them."""
PRIVILEGES = (
    *("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER", "CREATE TEMPORARY TABLES"),
    *("LOCK TABLES", "CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE", "ALTER ROUTINE", "EXECUTE", "EVENT", "TRIGGER"),
    *("DELETE HISTORY", "SHOW CREATE ROUTINE", "GRANT OPTION"),
)
"""All that may be granted on one database (MariaDB 11.8, GRANT, "Database Privileges")."""
_OWN = (
    "CREATE DATABASE IF NOT EXISTS rtcstack CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    (
        "CREATE TABLE IF NOT EXISTS rtcstack.migrations (name VARCHAR(64) NOT NULL, version INT NOT NULL, "
        "applied TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (name, version)) ENGINE=InnoDB"
    ),
    # Who exists, under which further names, and whose sessions have still to be ended. Times: seconds since 1970, `since` in micro.
    (
        "CREATE TABLE IF NOT EXISTS rtcstack.people (name VARCHAR(64) NOT NULL, enabled TINYINT NOT NULL, created BIGINT NOT NULL, "
        "changed BIGINT NOT NULL, PRIMARY KEY (name)) ENGINE=InnoDB"
    ),
    (
        "CREATE TABLE IF NOT EXISTS rtcstack.aliases (alias VARCHAR(64) NOT NULL, name VARCHAR(64) NOT NULL, PRIMARY KEY (alias), "
        "KEY name (name)) ENGINE=InnoDB"
    ),
    (
        "CREATE TABLE IF NOT EXISTS rtcstack.endings (name VARCHAR(64) NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (name)) "
        "ENGINE=InnoDB"
    ),
)


def _script(statements: tuple[str, ...]) -> bytes:
    return "".join(f"{line}\n" for line in (f"-- {HEADER}", *(f"{statement};" for statement in statements))).encode()


def backend_address(stack: StackPlan, service: ServicePlan) -> Address:
    """Given a service, return the address from which it asks the database. Raise LookupError if it has no way there."""
    for container in service.containers:
        for leg in container.attachments:
            if leg.network == "host":
                return stack.site.network.backend[1]
            if leg.network == "backend" and leg.address is not None:
                return leg.address
    raise LookupError(f"{service.name} asks for a database but has no leg on the internal network")


def users(stack: StackPlan, secrets: Mapping[str, str]) -> tuple[str, ...]:
    """Given the plan and the secrets, return the statements that make every database, its user and its grants.

    They may be repeated while the services work: what a user may do is never taken away and given back. Users that nobody asks
    for, and those at the old address of a service that moved, go. Raise ValueError for a secret that could end its literal.
    """
    statements = list(_OWN)
    kept = []
    for service in stack.services:
        if (request := service.database) is None:
            continue
        user = f"'{request.name}'@'{backend_address(stack, service)}'"
        # In an order that does not tell which is in use: who is in use changes nothing here.
        passwords = sorted(accepted(secrets, request.secret.name))
        if any(password and not password.isalnum() for password in passwords):
            raise ValueError(f"the secret {request.secret.name} must be letters and digits")
        surplus = [privilege for privilege in PRIVILEGES if privilege not in request.privileges]
        kept.append(user)
        statements += [
            f"CREATE DATABASE IF NOT EXISTS `{request.name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{passwords[0]}'",
            f"ALTER USER {user} IDENTIFIED VIA {' OR '.join(map(_by_password, passwords))}",
            f"GRANT {', '.join(request.privileges)} ON `{request.name}`.* TO {user}",
            f"REVOKE {', '.join(surplus)} ON `{request.name}`.* FROM {user}",
        ]
    return (*statements, *_drop_others(kept))


def _by_password(password: str) -> str:
    # MariaDB tries one way to log in after the other (CREATE USER, "IDENTIFIED VIA … OR …"): so two passwords are right at once.
    return f"mysql_native_password USING PASSWORD('{password}')"


def _drop_others(kept: list[str]) -> tuple[str, ...]:
    others = "SELECT GROUP_CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.global_priv WHERE Host NOT IN ('localhost', '')"
    those = "".join(f" AND CONCAT(QUOTE(User), '@', QUOTE(Host)) <> {text(user)}" for user in kept)
    return (f"SET @rest = COALESCE(CONCAT('DROP USER ', ({others}{those})), 'DO 0')", "EXECUTE IMMEDIATE @rest")


def schema_files(stack: StackPlan, secrets: Mapping[str, str]) -> Iterator[Artefact]:
    """Given the plan and the secrets, yield what `mariadb-schema` applies: users.sql, VERSION-NAME.sql, live upkeep-NAME.sql."""
    yield Artefact(path=f"{SCHEMA}users.sql", content=_script(users(stack, secrets)), owner=OWNER, secret=True)
    for request in stack.databases:
        yield from _of(request)


def _of(request: DatabaseRequest) -> Iterator[Artefact]:
    for migration in sorted(request.migrations, key=lambda migration: migration.version):
        path = f"{SCHEMA}{migration.version:04d}-{request.name}.sql"
        yield Artefact(path=path, content=f"-- {HEADER}\n{migration.sql}\n".encode(), owner=OWNER)
    if request.upkeep:
        # Not part of what a container is made anew for: a change of the administrators needs no more than these statements.
        yield Artefact(path=f"upkeep-{request.name}.sql", content=_script(request.upkeep), owner=OWNER, live=True)
