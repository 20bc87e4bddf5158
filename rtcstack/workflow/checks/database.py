"""The database from inside: whether it answers, and whether each service's account has the password that the service was given."""

import hashlib
from collections.abc import Iterator

from rtcstack.engine.docker import Engine
from rtcstack.errors import WorldError
from rtcstack.render.compose import container_name
from rtcstack.workflow.checks.verdict import Level, Observation
from rtcstack.workflow.context import Installation

QUESTION = (
    b"SET STATEMENT max_statement_time=4 FOR SELECT User, COALESCE(JSON_VALUE(Priv, '$.authentication_string'), '') "
    b"FROM mysql.global_priv;\n"
)
SECONDS = 6


def native_hash(password: str) -> str:
    """Given a password, return what mysql_native_password stores: `*` and SHA1(SHA1(password)) in capital hexadecimal."""
    inner = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return "*" + hashlib.sha1(inner, usedforsecurity=False).hexdigest().upper()


def observe(installation: Installation, engine: Engine) -> Iterator[Observation]:
    """Given an installation whose database runs, ask it over its socket and yield what it tells."""
    plan = installation.stack.role("database")
    name = container_name(installation.stack.site.name, plan.name)
    try:
        result = engine.exec(name, ("timeout", str(SECONDS), *plan.client), stdin=QUESTION)
        problem = "" if result.exit_code == 0 else result.stderr.decode(errors="replace").strip() or "no answer"
        hashes = dict(line.split("\t") for line in result.stdout.decode(errors="replace").splitlines() if "\t" in line)
    except WorldError as error:
        problem, hashes = error.message, {}
    yield Observation(
        id=f"{plan.name}.answers", service=plan.name, level=Level.NAMESPACE, tried=f"a question to the database in {name}",
        happened=problem or "it answered", ok=not problem,
        remedy=f"Type `rtcstack logs {plan.name}`, then `docker restart {name}`.",
    )  # fmt: skip
    if problem:
        return
    for request in installation.stack.databases:
        password = installation.vault.secret(request.secret.name)
        right = password is not None and hashes.get(request.name) == native_hash(password)
        happened = "no such account" if request.name not in hashes else "another password than in secrets/"
        yield Observation(
            id=f"{plan.name}.account-{request.name}", service=plan.name, level=Level.DATABASE,
            tried=f"the database account of {request.name}", happened="it is as it must be" if right else happened, ok=right,
            remedy=f"Type `docker rm -f {name}-schema`, then `rtcstack up`: accounts and grants are made anew.",
        )  # fmt: skip
