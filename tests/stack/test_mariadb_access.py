"""Who may do what in the database: each service from its own address, in its own database, and nobody else from anywhere."""

# ruff: noqa: S608 - names of our own tables, typed here

import subprocess

import pytest

from rtcstack.engine.images import reference
from tests.stack.database import sql
from tests.stack.installation import Stack
from tests.stack.lab import Lab, docker

GRANTS = {
    "coturn": {"SELECT"},
    "kamailio": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "prosody": {"SELECT", "INSERT", "UPDATE", "DELETE"},
}
TABLES = {"coturn": "turnusers_lt", "kamailio": "subscriber", "prosody": "prosody"}
DENIED, REFUSED = ("1045", "1698"), "refused"
"""Access denied; with an unknown user the server takes the one or the other, so that nobody learns who exists."""
_LOGIN = """
IFS= read -r password
printf '[client]\\npassword=%s\\n' "$password" >/tmp/client.cnf
exec mariadb --defaults-file=/tmp/client.cnf --host="$1" --user="$2" --connect-timeout=5 --batch --skip-column-names \\
    --disable-ssl-verify-server-cert
"""
"""Without its own check of the server, so that it is the server that refuses and not the client."""


def place(stack: Stack, service: str) -> str:
    """Given a service, return the container that owns its leg on the internal network."""
    plan = stack.plan.service(service)
    return next(
        stack.container(container.name)
        for container in plan.containers
        if any(leg.network == "backend" for leg in container.attachments)
    )


def login(stack: Stack, where: str, user: str, password: str, text: str = "SELECT 1") -> tuple[str, str]:
    """Given a service in whose network to stand, log in and run SQL; return the output and the error's code ("" if none)."""
    address = str(stack.plan.role("database").address)
    argv = ["--network", f"container:{place(stack, where)}", "--tmpfs", "/tmp", reference("mariadb")]  # noqa: S108 - in memory
    done = subprocess.run(
        ["docker", "run", "--rm", "-i", *argv, "sh", "-c", _LOGIN, "login", address, user],
        input=f"{password}\n{text}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    words = done.stderr.split()
    code = words[words.index("ERROR") + 1] if "ERROR" in words else ""
    return done.stdout.strip(), REFUSED if code in DENIED else code


def password(stack: Stack, service: str) -> str:
    return (stack.directory / "secrets" / f"database-{service}").read_text().strip()


@pytest.mark.parametrize("service", GRANTS)
def test_a_service_logs_in_from_its_own_address_only(stack: Stack, service: str) -> None:
    other = next(name for name in GRANTS if name != service)

    assert login(stack, service, service, "wrong") == ("", REFUSED)
    assert login(stack, service, service, "") == ("", REFUSED)
    assert login(stack, other, service, password(stack, service)) == ("", REFUSED)
    assert login(stack, service, service, password(stack, service)) == ("1", "")


@pytest.mark.parametrize("service", GRANTS)
def test_a_service_may_do_in_its_own_database_what_it_needs_and_no_more(stack: Stack, service: str) -> None:
    def code(text: str) -> str:
        return login(stack, service, service, password(stack, service), text)[1]

    granted, _ = login(stack, service, service, password(stack, service), "SHOW GRANTS")
    usage, own = granted.splitlines()
    assert usage.startswith("GRANT USAGE ON *.*")
    assert set(own.removeprefix("GRANT ").partition(" ON ")[0].split(", ")) == GRANTS[service]
    assert f" ON `{service}`.* TO " in own

    assert code(f"SELECT COUNT(*) FROM {service}.{TABLES[service]}") == ""
    assert code(f"DROP TABLE {service}.{TABLES[service]}") == "1142"
    assert code(f"ALTER TABLE {service}.{TABLES[service]} ADD COLUMN x INT") == "1142"
    # Without the right FILE; which of the two the server says depends on its version.
    assert code("SELECT LOAD_FILE('/etc/passwd') INTO OUTFILE '/tmp/x'") in {REFUSED, "1227"}
    assert code("SET GLOBAL max_connections = 1") == "1227"
    for other, table in (set(TABLES.items()) - {(service, TABLES[service])}) | {("mysql", "global_priv")}:
        assert code(f"SELECT COUNT(*) FROM {other}.{table}") == "1142"
    if service == "coturn":
        assert code("DELETE FROM coturn.turnusers_lt") == "1142"


@pytest.mark.parametrize("user", ["mysql", "root", "mariadb.sys", "nobody", ""])
def test_nobody_administers_from_the_network(stack: Stack, user: str) -> None:
    for guess in ("", "invalid", user):
        out, code = login(stack, "coturn", user, guess)
        assert (out, code) == ("", REFUSED)


def test_the_lan_does_not_reach_it(stack: Stack, lab: Lab) -> None:
    def connects(address: str, port: int) -> bool:
        return lab.run(["timeout", "3", "bash", "-c", f"exec 3<>/dev/tcp/{address}/{port}"]).returncode == 0

    assert connects(stack.address("coturn"), 443)
    assert not connects(str(stack.plan.role("database").address), 3306)
    for plan in stack.plan.services:
        assert not connects(str(plan.address), 3306)


def test_it_is_on_the_internal_network_alone_and_publishes_nothing(stack: Stack) -> None:
    name = stack.container("mariadb")
    networks = docker("inspect", "--format", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}", name)

    assert networks.split() == [f"{stack.plan.site.name}-backend"]
    assert docker("port", name) == ""
    assert docker("network", "inspect", "--format", "{{.Internal}}", networks.strip()) == "true\n"


def test_no_password_is_seen_from_outside(stack: Stack) -> None:
    secrets = {password(stack, service) for service in GRANTS}
    names = [stack.container(c.name) for plan in stack.plan.services for c in plan.containers]
    for name in names:
        logs = subprocess.run(["docker", "logs", name], capture_output=True, text=True, timeout=60, check=True)
        seen = docker("inspect", name) + logs.stdout + logs.stderr
        assert not any(secret in seen for secret in secrets), name


def test_users_that_nobody_asks_for_and_rights_that_nobody_needs_go(stack: Stack) -> None:
    address = next(row[0] for row in sql(stack, "SELECT host FROM mysql.global_priv WHERE user = 'coturn'"))
    sql(
        stack,
        "CREATE USER 'old'@'10.9.9.9'; CREATE USER 'coturn'@'10.9.9.9'; GRANT ALL ON coturn.* TO 'coturn'@'10.9.9.9';"
        f"GRANT ALL ON coturn.* TO 'coturn'@'{address}'; ALTER USER 'coturn'@'{address}' IDENTIFIED BY 'other';",
    )
    assert login(stack, "coturn", "coturn", password(stack, "coturn")) == ("", REFUSED)

    docker("start", "-a", stack.container("mariadb-schema"))

    found = sql(stack, "SELECT user FROM mysql.global_priv WHERE host <> 'localhost' AND host <> '' ORDER BY user")
    assert found == [["coturn"], ["kamailio"], ["prosody"]]
    test_a_service_may_do_in_its_own_database_what_it_needs_and_no_more(stack, "coturn")
