"""Where a password comes from: a real terminal, standard input, or nowhere."""

import os
import pty
import subprocess
import sys

import pytest

ASK = (
    "from rtcstack.cli.password import given_password\n"
    "from rtcstack.errors import RequestError\n"
    "try:\n    print('got', repr(given_password(password_stdin={stdin}, prompt={prompt})))\n"
    "except RequestError as error:\n    print('refused', error.message)\n"
)


def typed(*lines: str) -> str:
    """Given lines, type each at the next question of a terminal; return all that the terminal showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", ASK.format(stdin=False, prompt=True)])  # noqa: S606 - no shell wanted
    shown, waiting = "", list(lines)
    with os.fdopen(terminal, "r+b", buffering=0) as stream:
        while True:
            try:
                piece = stream.read(1024)
            except OSError:
                break
            if not piece:
                break
            shown += piece.decode()
            if waiting and shown.endswith(": "):
                stream.write(f"{waiting.pop(0)}\n".encode())
    os.waitpid(pid, 0)
    return shown


def fed(feed: bytes, *, stdin: bool, prompt: bool) -> str:
    """Given standard input without any terminal, return what came of it."""
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(stdin=stdin, prompt=prompt)],
        input=feed,
        capture_output=True,
        timeout=30,
        check=True,
        start_new_session=True,
    )
    assert b"Password" not in done.stdout
    return done.stdout.decode().strip()


@pytest.mark.timeout(60)
def test_two_different_passwords_on_the_terminal_are_refused() -> None:
    shown = typed("correct horse", "correct house")

    assert "refused the two passwords differ" in shown
    assert "horse" not in shown


@pytest.mark.timeout(60)
def test_a_password_is_asked_for_twice_and_not_shown() -> None:
    shown = typed("correct horse", "correct horse")

    assert shown.count("correct horse") == 1
    assert "Password: " in shown
    assert "Once more: " in shown
    assert "got 'correct horse'" in shown


def test_without_a_terminal_nobody_is_asked() -> None:
    assert fed(b"secret\nsecret\n", stdin=False, prompt=True) == "refused there is no terminal to ask for the password"


def test_both_ways_at_once_are_refused() -> None:
    assert fed(b"secret\n", stdin=True, prompt=True) == "refused --password-stdin and --prompt exclude each other"


@pytest.mark.parametrize(("feed", "got"), [(b"x y \n", "got 'x y '"), (b"x\r\nmore\n", "got 'x'"), (b"", "got ''")])
def test_one_line_of_standard_input_is_the_password(feed: bytes, got: str) -> None:
    assert fed(feed, stdin=True, prompt=False) == got


def test_asked_for_nothing_one_is_generated() -> None:
    assert fed(b"secret\n", stdin=False, prompt=False) == "got None"
