"""One account at one CA: registered, found again, given another key; orders placed, proven, finished. Every wait is bounded."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import requests
from acme import challenges, errors, jws, messages
from acme import client as library
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from josepy.interfaces import JSONDeSerializable
from josepy.json_util import field as json_field
from josepy.jwa import ES256
from josepy.jwk import JWKEC

from rtcstack.engine.acme.network import Network, complaint, talking
from rtcstack.engine.acme.words import CLOSED, CaError, Complaint, refusal

PROVING = 180.0
"""Seconds for the CA to look at all challenges of an order."""
FINISHING = 120.0
"""Seconds for the CA to issue."""
PAUSE = 1.0
"""Seconds between two looks, if the CA does not say how long to wait."""
_REPLACED = ("conflict", "alreadyReplaced", "malformed", "unauthorized", "serverInternal")
"""How CAs say that they do not know the certificate that an order replaces, or that another order has replaced it."""
_T = TypeVar("_T")


class _NewOrder(messages.NewOrder):
    """The library's order, with the certificate that it replaces (RFC 9773 section 5)."""

    replaces: str | None = json_field("replaces", omitempty=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the CA last told it. `status`: pending, ready, processing, valid or invalid (RFC 8555 section 7.1.6)."""

    url: str
    status: str
    names: tuple[str, ...]
    body: messages.Order = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What must stand in a TXT record at `_acme-challenge.<name>` (RFC 8555 section 8.4) before the CA is told to look."""

    name: str
    value: str
    authorization: messages.AuthorizationResource = field(repr=False)
    body: messages.ChallengeBody = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a CA's directory says of itself: terms of service, its names in CAA records, profiles, whether it needs EAB, has ARI."""

    terms: str
    caa_identities: tuple[str, ...]
    profiles: Mapping[str, str]
    needs_binding: bool
    suggests_renewal: bool


class Client:
    """A CA's directory and the key of an account there (PEM, P-256). Raise CaError from everything."""

    def __init__(self, directory: str, key_pem: bytes, ca_file: Path | None = None, *, account: str = "") -> None:
        self.key = jwk(key_pem)
        self.network = Network(self.key, directory, ca_file)
        self.network.trust()
        with talking(self.network):
            found = library.ClientV2.get_directory(directory, self.network)
            for needed in ("newNonce", "newAccount", "newOrder", "keyChange"):
                found[needed]
        self.client = library.ClientV2(found, self.network)
        if account:
            self._use(account)

    def close(self) -> None:
        """End every connection."""
        self.network.session.close()

    @property
    def account(self) -> str:
        """The account's URI, "" as long as none is known."""
        return "" if self.network.account is None else str(self.network.account.uri)

    @property
    def about(self) -> About:
        """What the directory says of itself."""
        meta = self.client.directory["meta"]
        return About(
            terms=str(meta.terms_of_service or ""),
            caa_identities=tuple(meta.caa_identities or ()),
            profiles=dict(meta.profiles or {}),
            needs_binding=bool(meta.external_account_required),
            suggests_renewal=hasattr(self.client.directory, "renewalInfo"),
        )

    def find(self) -> str:
        """Return the URI of the account that has this key, "" if there is none."""
        self.network.account = None
        request = messages.NewRegistration(only_return_existing=True)
        try:
            with talking(self.network):
                uri = str(self._post("newAccount", request).headers["Location"])
        except CaError as error:
            if error.code == "accountDoesNotExist":
                return ""
            if error.code == "unauthorized":
                raise CaError(f"{self.network.place} has closed our account", hint=CLOSED, code=error.code) from error
            raise
        self._use(uri)
        return uri

    def register(self, contact: str, binding: tuple[str, str] | None) -> str:
        """Given a mail address ("" for none) and, if the CA wants that, key identifier and key of an external account, register.

        Return the account's URI; that of the account that there is already, if this key has one.
        """
        self.network.account = None
        with talking(self.network):
            bound = None
            if binding is not None:
                bound = messages.ExternalAccountBinding.from_data(self.key.public_key(), *binding, self.client.directory)
            request = messages.NewRegistration.from_data(
                email=contact or None, external_account_binding=bound, terms_of_service_agreed=True
            )
            uri = str(self._post("newAccount", request).headers["Location"])
        self._use(uri)
        return uri

    def tell_contact(self, contact: str) -> None:
        """Given a mail address ("" for none), let the account have that one."""
        with talking(self.network):
            mail = (f"mailto:{contact}",) if contact else ()
            self._post_to(self.account, messages.UpdateRegistration(contact=mail))

    def change_key(self, new_pem: bytes) -> None:
        """Given another key, let the account have that one from now on (RFC 8555 section 7.3.5)."""
        new = jwk(new_pem)
        with talking(self.network):
            url = str(self.client.directory["keyChange"])
            payload = json.dumps({"account": self.account, "oldKey": self.key.public_key().to_partial_json()}).encode()
            inner = jws.JWS.sign(payload, new, ES256, None, url)
            self._post("keyChange", inner)
        self.key = self.network.key = new

    def use_key(self, key_pem: bytes) -> None:
        """Given another key, sign with that one from now on; which account it has, `find` tells."""
        self.key = self.network.key = jwk(key_pem)
        self.network.account = None

    def order(self, names: tuple[str, ...], profile: str, replaces: str) -> Order:
        """Given DNS names, a profile ("" for the CA's own choice) and the ARI identifier of what it replaces, place an order.

        A CA that does not like `replaces` is asked again without.
        """
        identifiers = [messages.Identifier(typ=messages.IDENTIFIER_FQDN, value=name) for name in names]

        def place(replaced: str) -> Order:
            request = _NewOrder(identifiers=identifiers, profile=profile or None, replaces=replaced or None)
            with talking(self.network):
                response = self._post("newOrder", request)
                return self._order(response, str(response.headers["Location"]))

        try:
            return place(replaces)
        except CaError as error:
            if not replaces or error.code not in _REPLACED:
                raise
            return place("")

    def look(self, url: str) -> Order:
        """Given an order's address, return it as it is now."""
        with talking(self.network):
            return self._order(self._post_to(url, None), url)

    def challenges(self, order: Order) -> tuple[Challenge, ...]:
        """Given a pending order, return what has to be proven still. Raise CaError if a name cannot be proven by DNS-01."""
        found = []
        with talking(self.network):
            for url in order.body.authorizations:
                authorization = self._authorization(url)
                if authorization.body.status == messages.STATUS_VALID:
                    continue
                name = str(authorization.body.identifier.value)
                body = next((c for c in authorization.body.challenges if isinstance(c.chall, challenges.DNS01)), None)
                if body is None:
                    raise CaError(f"{self.network.place} does not let {name} be proven by DNS-01", hint="Choose another CA.")
                value = str(body.chall.validation(self.key))
                found.append(Challenge(name=name, value=value, authorization=authorization, body=body))
        return tuple(found)

    def prove(self, order: Order, asked: tuple[Challenge, ...], patience: float = PROVING) -> Order:
        """Given an order and its challenges, whose records are served by now, let the CA look, and return the order as it is then.

        Raise CaError with what the CA saw of each name.
        """
        for challenge in asked:
            if challenge.body.status == messages.STATUS_PENDING:
                with talking(self.network):
                    self.client.answer_challenge(challenge.body, challenge.body.chall.response(self.key))
        deadline = time.monotonic() + patience
        failed = []
        for challenge in asked:
            settled = self._until(
                lambda url=challenge.authorization.uri: self._authorization(url),  # type: ignore[misc]
                lambda found: found.body.status not in (messages.STATUS_PENDING, messages.STATUS_PROCESSING),
                deadline,
                f"has not looked at {challenge.name} after {patience:.0f} seconds",
            )
            if settled.body.status != messages.STATUS_VALID:
                failed.append(_why(challenge.name, settled))
        if failed:
            code = failed[0].code if len(failed) == 1 else ""
            what = f"{len(failed)} of {len(asked)} names not proven"
            raise refusal(self.network.place, Complaint(code, what, parts=tuple(failed)))
        return self._until(
            lambda: self.look(order.url), lambda found: found.status != "pending", deadline, "does not count the names as proven"
        )

    def finish(self, order: Order, csr_pem: bytes, patience: float = FINISHING) -> bytes:
        """Given an order whose names are proven and the request for its certificate (PEM), return the certificate and its chain."""
        deadline = time.monotonic() + patience
        if order.status == "ready":
            with talking(self.network):
                resource = messages.OrderResource(body=order.body, uri=order.url, csr_pem=csr_pem)
                try:
                    self.client.begin_finalization(resource)
                except messages.Error as error:
                    if error.code != "orderNotReady":
                        raise
        order = self._until(
            lambda: self.look(order.url),
            lambda found: found.status in ("valid", "invalid"),
            deadline,
            f"has not issued after {patience:.0f} seconds",
        )
        if order.status == "invalid" or not order.body.certificate:
            why = Complaint("", "the order failed") if order.body.error is None else complaint(order.body.error)
            raise refusal(self.network.place, why)
        with talking(self.network):
            return self._post_to(order.body.certificate, None).text.encode("ascii")

    def renewal(self, certificate_pem: bytes) -> tuple[datetime | None, datetime]:
        """Given a certificate, return when the CA would like it renewed (None: it does not say), and when to ask it again (ARI).

        The time is drawn anew from the CA's window by each call (RFC 9773 section 4.2).
        """
        with talking(self.network):
            try:
                when, again = self.client.renewal_time(certificate_pem)
            except errors.ARIError as error:
                later = error.retry_after.astimezone(UTC)
                raise CaError(f"{self.network.place} does not say when to renew", retry_at=later) from error
            # The library's second time is this machine's local one; a date in the header it reads wrongly.
            return when, self.network.retry_at or again.astimezone(UTC)

    def _use(self, uri: str) -> None:
        self.network.account = messages.RegistrationResource(uri=uri, body=messages.Registration())

    def _post(self, resource: str, body: JSONDeSerializable) -> requests.Response:
        return self._post_to(str(self.client.directory[resource]), body)

    def _post_to(self, url: str, body: JSONDeSerializable | None) -> requests.Response:
        return self.network.post(url, body, new_nonce_url=self.client.directory["newNonce"])

    def _order(self, response: requests.Response, url: str) -> Order:
        body = messages.Order.from_json(response.json())
        return Order(url=url, status=body.status.name, names=tuple(sorted(i.value for i in body.identifiers)), body=body)

    def _authorization(self, url: str) -> messages.AuthorizationResource:
        response = self._post_to(url, None)
        return messages.AuthorizationResource(body=messages.Authorization.from_json(response.json()), uri=url)

    def _until(self, ask: Callable[[], _T], enough: Callable[[_T], bool], deadline: float, late: str) -> _T:
        while True:
            with talking(self.network):
                found = ask()
            if enough(found):
                return found
            pause = PAUSE
            if self.network.retry_at is not None:
                pause = max(PAUSE, (self.network.retry_at - datetime.now(UTC)).total_seconds())
            left = deadline - time.monotonic()
            if left <= 0:
                raise CaError(f"{self.network.place} {late}", hint="Type the command again: it goes on with the same order.")
            time.sleep(min(pause, left))


def jwk(key_pem: bytes) -> JWKEC:
    """Given a P-256 key as PEM, return it as the library wants it. Raise ValueError."""
    key = load_pem_private_key(key_pem, password=None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ValueError("the account's key is no P-256 key")  # noqa: TRY004 - what is wrong is the file
    return JWKEC(key=key)


def _why(name: str, found: messages.AuthorizationResource) -> Complaint:
    for body in found.body.challenges:
        if body.error is not None:
            said = complaint(body.error)
            return Complaint(said.code, said.detail, name, said.parts)
    return Complaint("", f"the proof is {found.body.status.name}", name)
