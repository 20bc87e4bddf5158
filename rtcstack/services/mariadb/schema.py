"""Databases, users and grants from what services ask for, and their migrations as files for the one-shot container."""

from collections.abc import Iterator, Mapping

from rtcstack.plan.artefact import Artefact
from rtcstack.plan.database import DatabaseRequest
from rtcstack.plan.listener import Address
from rtcstack.plan.service import ServicePlan
from rtcstack.plan.stack import StackPlan
from rtcstack.render.sql import text
from rtcstack.render.template import HEADER

OWNER = (903, 903)
_OWN = (
    "CREATE DATABASE IF NOT EXISTS rtcstack CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    (
        "CREATE TABLE IF NOT EXISTS rtcstack.migrations (name VARCHAR(64) NOT NULL, version INT NOT NULL, "
        "applied TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (name, version)) ENGINE=InnoDB"
    ),
)


def _script(statements: tuple[str, ...]) -> bytes:
    return "".join(f"{line}\n" for line in (f"-- {HEADER}", *(f"{statement};" for statement in statements))).encode()


def backend_address(service: ServicePlan) -> Address:
    """Given a service, return its address on the internal network. Raise LookupError if it has none."""
    for container in service.containers:
        for leg in container.attachments:
            if leg.network == "backend" and leg.address is not None:
                return leg.address
    raise LookupError(f"{service.name} asks for a database but has no leg on the internal network")


def users(stack: StackPlan, secrets: Mapping[str, str]) -> tuple[str, ...]:
    """Given the plan and the secrets, return the statements that make every database, its user and its grants; to be repeated."""
    statements = list(_OWN)
    for service in stack.services:
        if (request := service.database) is None:
            continue
        user = f"'{request.name}'@'{backend_address(service)}'"
        password = secrets[request.secret.name]
        if password and not password.isalnum():
            raise ValueError(f"the secret {request.secret.name} must be letters and digits")
        statements += [
            f"CREATE DATABASE IF NOT EXISTS `{request.name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{password}'",
            f"ALTER USER {user} IDENTIFIED BY '{password}'",
            f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {user}",
            f"GRANT {', '.join(request.privileges)} ON `{request.name}`.* TO {user}",
            _elsewhere(request.name, str(backend_address(service))),
        ]
    return (*statements, "FLUSH PRIVILEGES")


def _elsewhere(name: str, address: str) -> str:
    # A service that moved leaves no user behind at its old address.
    return f"DELETE FROM mysql.global_priv WHERE User = {text(name)} AND Host <> {text(address)}"  # noqa: S608 - quoted by `text`


def schema_files(stack: StackPlan, secrets: Mapping[str, str]) -> Iterator[Artefact]:
    """Given the plan and the secrets, yield what `mariadb-schema` applies: users.sql, VERSION-NAME.sql, upkeep-NAME.sql."""
    yield Artefact(path="schema/users.sql", content=_script(users(stack, secrets)), owner=OWNER, secret=True)
    for request in stack.databases:
        yield from _of(request)


def _of(request: DatabaseRequest) -> Iterator[Artefact]:
    for migration in request.migrations:
        path = f"schema/{migration.version:04d}-{request.name}.sql"
        yield Artefact(path=path, content=f"-- {HEADER}\n{migration.sql}\n".encode(), owner=OWNER)
    if request.upkeep:
        yield Artefact(path=f"schema/upkeep-{request.name}.sql", content=_script(request.upkeep), owner=OWNER)
