"""Key files: the forms that name servers' tools write, who may read them, and that a secret is never shown."""

import base64
import re
from pathlib import Path

import pytest

from rtcstack.errors import RequestError
from rtcstack.probes.dns_key import Key, parse_key, read_key

# Slashes in base64 look like comments.
SECRET = b"\xff\xff\xff" + bytes(range(1, 30))
TEXT = base64.b64encode(SECRET).decode()
BIND = f'key "rtcstack" {{\n\talgorithm hmac-sha256;\n\tsecret "{TEXT}";\n}};\n'
KNOT = f"# hmac-sha256:rtcstack:{TEXT}\nkey:\n  - id: rtcstack\n    algorithm: hmac-sha256\n    secret: {TEXT}\n"
LINE = f"hmac-sha256:rtcstack:{TEXT}\n"


@pytest.mark.parametrize("text", [BIND, KNOT, LINE, f"rtcstack:{TEXT}", f"// mine\n{BIND}# end\n"])
def test_every_form_gives_the_same_key(text: str) -> None:
    assert "//" in TEXT
    assert parse_key(text) == Key("rtcstack", "hmac-sha256", SECRET)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no key in it"),
        (BIND + BIND, "there are 2 keys in it, one is needed"),
        (KNOT + KNOT, "there are 2 keys in it, one is needed"),
        (
            BIND.replace("hmac-sha256", "hmac-md5"),
            "the algorithm must be one of hmac-sha256, hmac-sha384, hmac-sha512; others are too weak",
        ),
        (
            BIND.replace("hmac-sha256", "hmac-md5.sig-alg.reg.int"),
            "the algorithm must be one of hmac-sha256, hmac-sha384, hmac-sha512",
        ),
        (KNOT.replace("hmac-sha256", "hmac-sha1"), "the algorithm must be one of hmac-sha256, hmac-sha384, hmac-sha512"),
        (BIND.replace(TEXT, "not/base64!"), "the secret is not in base64"),
        (BIND.replace(TEXT, base64.b64encode(b"short").decode()), "the secret has less than 16 bytes"),
        (BIND.replace("\talgorithm hmac-sha256;\n", ""), "a key needs an algorithm and a secret"),
        (f"key:\n  - id: rtcstack\n    secret: {TEXT}\n", "a key has no algorithm"),
        (BIND.replace("rtcstack", "a..b"), "the name of the key is no DNS name"),
    ],
)
def test_what_is_no_key_is_refused_with_a_reason_that_shows_no_secret(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}") as caught:
        parse_key(text)

    assert TEXT[:8] not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.write_text(BIND)
    path.chmod(mode)

    with pytest.raises(RequestError, match="may be read or written by others") as caught:
        read_key(path)
    assert caught.value.hint.endswith(f"chmod 600 {path}")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(RequestError):
            read_key(path)


def test_a_private_file_is_read_and_nothing_that_is_made_of_it_shows_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(BIND)
    path.chmod(0o600)
    key = read_key(path)

    assert key.secret == SECRET
    for text in (repr(key), str(key), f"{key}"):
        assert TEXT not in text
        assert repr(SECRET) not in text
