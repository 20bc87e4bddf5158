"""The database of a stack as tests see it: past rtcstack, by the server's own client over its socket."""

# ruff: noqa: S608 - names of throw-away people, typed here

import hashlib
import hmac
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from tests.stack.installation import Stack

CLIENT = [
    "mariadb",
    "--no-defaults",
    "--socket=/run/mysqld/mysqld.sock",
    "--user=mysql",
    "--batch",
    "--skip-column-names",
    "--unbuffered",
]
DOMAIN = "falcot.com"
_NOT = dict.fromkeys(("disabled", "key away", "subscriber away", "locked", "ending"), 0)
WHOLE = {"person": 1, "key": 1, "admin": 1, "subscriber": 2, "accounts": 6, **_NOT}
"""Rows of a person who exists: the subscriber for the domain and for its alias, six of prosody's."""
ABSENT = dict.fromkeys(WHOLE, 0)
SUSPENDED = WHOLE | {"disabled": 1, "key": 0, "key away": 1, "subscriber": 0, "subscriber away": 2, "locked": 1}
"""Rows of a person who is locked out."""
_TABLES = {
    "person": "SELECT name FROM rtcstack.people",
    "disabled": "SELECT name FROM rtcstack.people WHERE NOT enabled",
    "ending": "SELECT name FROM rtcstack.endings",
    "key away": "SELECT name FROM coturn.turnusers_suspended",
    "subscriber away": "SELECT username FROM kamailio.subscriber_suspended",
    "locked": "SELECT `user` FROM prosody.prosody WHERE store = 'accounts' AND `key` = 'disabled'",
    "key": "SELECT name FROM coturn.turnusers_lt",
    "admin": "SELECT name FROM coturn.admin_hash",
    "subscriber": "SELECT username FROM kamailio.subscriber",
    "accounts": "SELECT `user` FROM prosody.prosody WHERE store = 'accounts' AND `key` <> 'disabled'",
}


def sql(stack: Stack, text: str) -> list[list[str]]:
    """Given SQL, run it and return the rows. Raise AssertionError if the server refuses it."""
    done = stack.exec("mariadb", CLIENT, feed=text)
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def rows(stack: Stack, names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Given names, return how many rows each of them has, by table, all seen at one moment."""
    found = {name: dict(ABSENT) for name in names}
    parts = " UNION ALL ".join(f"SELECT '{kind}', t.* FROM ({query}) t" for kind, query in _TABLES.items())
    for kind, name in sql(stack, parts):
        if name in found:
            found[name][kind] += 1
    return found


def forget(stack: Stack, beginning: str) -> None:
    """Given the beginning of names, remove everybody whose name begins so, past rtcstack."""
    sql(
        stack,
        "".join(
            f"DELETE FROM {table} WHERE {column} LIKE '{beginning}%';\n"
            for table, column in (
                ("rtcstack.people", "name"),
                ("rtcstack.aliases", "name"),
                ("rtcstack.endings", "name"),
                ("coturn.turnusers_lt", "name"),
                ("coturn.turnusers_suspended", "name"),
                ("coturn.admin_hash", "name"),
                ("coturn.admin_user", "name"),
                ("kamailio.subscriber", "username"),
                ("kamailio.subscriber_suspended", "username"),
                ("kamailio.aliases", "username"),
                ("prosody.prosody", "`user`"),
            )
        ),
    )


def agree(stack: Stack, name: str, password: str) -> Mapping[str, bool]:
    """Given a person and a password, return by service whether what it keeps was made from this password (computed here)."""

    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

    kept = sql(
        stack,
        f"SELECT 'turn', hmackey, '', '' FROM coturn.turnusers_lt WHERE name = '{name}' AND realm = '{DOMAIN}';\n"
        f"SELECT 'sip', domain, ha1, ha1b FROM kamailio.subscriber WHERE username = '{name}' ORDER BY domain;\n"
        f"SELECT 'xmpp', `key`, value, '' FROM prosody.prosody WHERE `user` = '{name}' AND store = 'accounts';\n",
    )
    key = [row[1] for row in kept if row[0] == "turn"]
    subscribers = [row[1:] for row in kept if row[0] == "sip"]
    account = {row[1]: row[2] for row in kept if row[0] == "xmpp"}
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), account["salt"].encode(), int(account["iteration_count"]))
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).hexdigest()
    ha1 = md5(name, DOMAIN, password)
    return {
        "turn": key == [ha1],
        "sip": subscribers == [[domain, ha1, md5(f"{name}@{domain}", DOMAIN, password)] for domain in (DOMAIN, f"sip.{DOMAIN}")],
        "xmpp": account["stored_key"] == stored,
    }


EVERYWHERE = {"turn": True, "sip": True, "xmpp": True}


@contextmanager
def held(stack: Stack, statement: str) -> Iterator[None]:
    """Given a statement, run it in a transaction that stays open: who needs the same rows or the same lock waits."""
    argv = ["docker", "exec", "-i", stack.container("mariadb"), *CLIENT]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as session:
        assert session.stdin is not None
        assert session.stdout is not None
        session.stdin.write(f"START TRANSACTION;\n{statement};\nSELECT 'holding';\n")
        session.stdin.flush()
        while (line := session.stdout.readline()) != "holding\n":
            assert line, session.stderr.read() if session.stderr else ""
        yield
        session.stdin.close()
        session.wait(20)


def waiting(stack: Stack) -> bool:
    """Return whether one of our own sessions waits for a row or for the named lock."""
    blocked = sql(stack, "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
    locked = sql(stack, "SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User lock'")
    return blocked != [["0"]] or locked != [["0"]]


def idle(stack: Stack) -> bool:
    """Return whether nobody administers the database any more."""
    return sql(stack, "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'mysql' AND id <> CONNECTION_ID()") == [
        ["0"]
    ]


def answers(stack: Stack) -> bool:
    """Return whether the server answers."""
    return stack.exec("mariadb", CLIENT, feed="SELECT 1").returncode == 0


def until(stack: Stack, what: object, seconds: float = 20) -> None:
    """Given one of the questions above, wait until it is answered with yes. Raise AssertionError after the limit."""
    assert callable(what)
    end = time.monotonic() + seconds
    while not what(stack):
        assert time.monotonic() < end, f"not {getattr(what, '__name__', what)} after {seconds} s"
        time.sleep(0.05)


def kill(stack: Stack, command: str, argument: str = "") -> None:
    """Given a process name, SIGKILL every such process in the database's container that has this argument."""
    script = (
        "for p in /proc/[0-9]*; do read -r name <$p/comm 2>/dev/null || continue; "
        f'[ "$name" = {command} ] && grep -qaF -e "{argument}" $p/cmdline && kill -KILL "${{p#/proc/}}"; done; true'
    )
    stack.exec("mariadb", ["sh", "-c", script])
