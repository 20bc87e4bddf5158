"""The library's network, with what it lacks: tries after bad nonces, the time of Retry-After, and errors as ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from acme import client, errors, messages
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWK

from rtcstack import __version__
from rtcstack.engine.acme.words import CaError, Complaint, refusal, silent

TIMEOUT = 30
"""Seconds for one request."""
NONCES = 12
"""Tries of one request whose nonce is not liked (RFC 8555 section 6.5)."""
_LONGEST = timedelta(days=14)


class Network(client.ClientNetwork):
    """Signs and sends; remembers the last Retry-After. `ca_file` is whom to trust for the directory's own TLS."""

    def __init__(self, key: JWK, directory: str, ca_file: Path | None) -> None:
        super().__init__(key, alg=ES256, user_agent=f"rtcstack/{__version__}", timeout=TIMEOUT)
        self.place = urlsplit(directory).netloc
        self.retry_at: datetime | None = None
        self._ca_file = ca_file
        self.session.hooks["response"].append(self._remember)

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - the library's own shape
        """Given the same as in the library, post it; a bad nonce is no reason to give up, new ones are cheap."""
        for left in reversed(range(NONCES)):
            try:
                return super().post(*args, **kwargs)
            except messages.Error as error:
                if _code(error) != "badNonce" or not left:
                    raise
        raise AssertionError

    def _send_request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as above
        if urlsplit(url).scheme != "https":
            # Every address comes from the CA; none may lead out of TLS (RFC 8555 section 6.1).
            raise errors.ClientError(f"{url} is not https")
        self.retry_at = None
        return super()._send_request(method, url, *args, **kwargs)

    def _remember(self, response: requests.Response, *_: object, **__: object) -> None:
        self.retry_at = retry_at(response.headers.get("Retry-After", ""), datetime.now(UTC))

    def trust(self) -> None:
        """Verify the directory's TLS by `ca_file`, if one was given."""
        if self._ca_file is not None:
            # The library says bool, hands it to requests, which takes a path too.
            self.verify_ssl = str(self._ca_file)  # type: ignore[assignment]


def retry_at(text: str, now: datetime) -> datetime | None:
    """Given the value of Retry-After (seconds, or a date) and the time, return the time that it means; None if it is neither."""
    try:
        found = now + timedelta(seconds=int(text)) if text.isdigit() else parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    # Nobody is locked out for good by one wrong header.
    return min(max(found.astimezone(UTC), now), now + _LONGEST)


def complaint(error: messages.Error) -> Complaint:
    """Given the library's error, return what it says."""
    name = "" if error.identifier is None else str(error.identifier.value)
    parts = tuple(complaint(part) for part in error.subproblems or ())
    return Complaint(code=_code(error), detail=error.detail or error.title or "", name=name, parts=parts)


@contextmanager
def talking(network: Network) -> Iterator[None]:
    """Given a network, turn whatever the library or the wire raises into one CaError."""
    try:
        yield
    except CaError:
        raise
    except messages.Error as error:
        raise refusal(network.place, complaint(error), network.retry_at) from error
    except errors.ConflictError as error:
        raise refusal(network.place, Complaint("conflict", f"there is {error.location} already")) from error
    except requests.exceptions.SSLError as error:
        hint = "Set certificates.acme.ca_file to the file with the CA that its directory is certified by, if that is a private one."
        raise CaError(f"{network.place} cannot be believed: its own certificate is refused", hint=hint) from error
    except requests.exceptions.Timeout as error:
        raise silent(network.place, f"nothing within {TIMEOUT} seconds") from error
    except requests.exceptions.RequestException as error:
        raise silent(network.place, _reason(error)) from error
    except (errors.Error, JoseError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise CaError(
            f"{network.place} answers something that is no ACME: {_short(error)}",
            hint="Is certificates.acme.directory the address of the CA's directory?",
            retry_at=network.retry_at,
        ) from error


def _code(error: messages.Error) -> str:
    # The library knows only the codes of its time: `invalidProfile` and others are younger.
    return str(error.typ).rsplit(":", maxsplit=1)[-1] if str(error.typ).startswith(messages.ERROR_PREFIX) else ""


def _reason(error: Exception) -> str:
    inner = error.args[0] if error.args else error
    cause = getattr(inner, "reason", inner)
    text = str(cause)
    return text.rsplit(": ", maxsplit=1)[-1].strip("')\" ") or type(error).__name__


def _short(error: Exception) -> str:
    first = error.args[0] if error.args else error
    if isinstance(first, requests.Response):
        return f"HTTP status {first.status_code}"
    return str(first).splitlines()[0][:160] if str(first) else type(error).__name__
