"""The client against a CA that says no, and against what is no CA."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtcstack.engine.acme.client import Client
from rtcstack.engine.acme.words import CaError
from rtcstack.pki import keys
from tests.unit.engine.acme.stubborn_ca import Answers, stubborn_ca

PREFIX = "urn:ietf:params:acme:error:"


@dataclass
class Place:
    directory: str
    ca_file: Path
    answers: Answers

    def client(self) -> Client:
        return Client(self.directory, keys.dump(keys.make("ecdsa")), self.ca_file)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    answers = Answers()
    with stubborn_ca(tmp_path, answers) as directory:
        yield Place(directory, tmp_path / "tls.pem", answers)


def test_a_directory_whose_certificate_is_not_trusted_is_not_believed(place: Place, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    with stubborn_ca(stranger, Answers()), pytest.raises(CaError, match="cannot be believed") as refused:
        Client(place.directory, keys.dump(keys.make("ecdsa")), stranger / "tls.pem")
    assert "ca_file" in refused.value.hint

    place.client().close()


def test_a_limit_is_told_with_the_time_that_the_ca_gives(place: Place) -> None:
    body = {"type": f"{PREFIX}rateLimited", "detail": "too many new orders recently"}
    place.answers.by_path["/newOrder"] = (429, {"Retry-After": "7200"}, body)
    client = place.client()
    client.find()

    with pytest.raises(CaError, match=r"has had enough requests for now \(rateLimited\): too many new orders recently") as refused:
        client.order(("falcot.com",), "", "AAAA.AA")

    client.close()
    later = refused.value.retry_at
    assert later is not None
    assert dt.timedelta(minutes=119) < later - dt.datetime.now(dt.UTC) <= dt.timedelta(minutes=120)
    # And it is not asked a second time without `replaces`.
    assert place.answers.asked.count("/newOrder") == 1


def test_nonces_that_are_never_right_end_after_some_tries(place: Place) -> None:
    place.answers.by_path["/newOrder"] = (400, {}, {"type": f"{PREFIX}badNonce", "detail": "again"})
    client = place.client()
    client.find()

    with pytest.raises(CaError, match="badNonce"):
        client.order(("falcot.com",), "", "")

    client.close()
    assert 2 < place.answers.asked.count("/newOrder") < 30


@pytest.mark.parametrize("directory", [{"a": 1}, [], "text", {"newNonce": "https://127.0.0.1/n"}])
def test_what_is_no_directory_is_told(place: Place, directory: object) -> None:
    place.answers.by_path["/dir"] = (200, {}, directory)

    with pytest.raises(CaError, match="no ACME") as refused:
        place.client()

    assert "certificates.acme.directory" in refused.value.hint


def test_an_address_without_tls_is_not_followed(place: Place) -> None:
    status, headers, body = place.answers.by_path["/dir"]
    assert isinstance(body, dict)
    place.answers.by_path["/dir"] = (status, headers, body | {"newAccount": "http://127.0.0.1:9/newAccount"})
    client = place.client()

    with pytest.raises(CaError, match="is not https"):
        client.find()

    client.close()


def test_nobody_there_is_told(place: Place) -> None:
    with pytest.raises(CaError, match="gives no answer"):
        Client("https://127.0.0.1:9/dir", keys.dump(keys.make("ecdsa")), place.ca_file)
