"""A SIP client of the tests' own, for what no phone would send: messages are typed out, answers are read back whole.

It speaks through `openssl s_client` (or netcat for UDP) in a client's container, so that what it proves holds on the network.
"""

import hashlib
import queue
import re
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.stack.lab import Lab

PATIENCE = 10.0
"""Seconds that an answer may take."""


@dataclass(frozen=True)
class Message:
    """One SIP message: first line, headers in order, body."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    @property
    def status(self) -> int:
        """The status code of a response, 0 of a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0") else 0

    @property
    def method(self) -> str:
        """The method of a request, or of the request that a response answers."""
        return self.header("CSeq").split()[1]

    def header(self, name: str) -> str:
        """Given a name, return the first header of that name, or ""."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all(self, name: str) -> list[str]:
        """Given a name, return every header of that name, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def parse(head: str, body: str = "") -> Message:
    """Given a message's head and body, return it."""
    first, *lines = head.split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return Message(first, tuple((key.strip(), value.strip()) for key, _, value in pairs), body)


class Line:
    """One connection to the SIP server."""

    def __init__(self, lab: Lab, argv: list[str], client: str = "client") -> None:
        self.lab, self.client, self.closed = lab, client, False
        self.file = f"/tmp/line-{uuid.uuid4().hex}"  # noqa: S108 - in the container
        named = ["sh", "-c", 'echo $$ >"$0"; exec "$@"', self.file, *argv]
        self.process = lab.pipe(named, 120, client)
        self.messages: queue.Queue[Message | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        data = b""
        while chunk := self.process.stdout.read(65536):
            data += chunk
            while b"\r\n\r\n" in data:
                head, _, rest = data.partition(b"\r\n\r\n")
                length = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
                size = int(length[1]) if length else 0
                if len(rest) < size:
                    break
                data = rest[size:]
                if head.strip():
                    self.messages.put(parse(head.decode().lstrip("\r\n"), rest[:size].decode()))
        self.messages.put(None)

    def send(self, text: str) -> None:
        """Given a message, send it."""
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())

    def receive(self, seconds: float = PATIENCE) -> Message | None:
        """Return the next message, or None if none comes in time or the connection ends."""
        try:
            return self.messages.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        """End the connection at once: in the container, where the process is."""
        if self.closed:
            return
        self.closed = True
        self.lab.run(["sh", "-c", f"kill -9 $(cat {self.file})"], client=self.client)
        self.process.kill()
        self.process.communicate()


def tls(lab: Lab, host: str = "sip-proxy.falcot.com", *, client: str = "client", ca: str = "/lab/ca.crt") -> Line:
    """Given a host name, return a verified TLS connection to its port 443."""
    verify = ["-CAfile", ca, "-verify_return_error", "-verify_hostname", host, "-servername", host]
    return Line(lab, ["openssl", "s_client", "-quiet", "-connect", f"{host}:443", *verify], client)


def digest(challenge: str, method: str, uri: str, username: str, password: str) -> str:
    """Given a challenge, return the credentials (RFC 7616, MD5, qop auth)."""
    found = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    ha1, ha2 = (
        hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        for text in (f"{username}:{found['realm']}:{password}", f"{method}:{uri}")
    )
    mixed = f"{ha1}:{found['nonce']}:00000001:0a0b:auth:{ha2}"
    response = hashlib.md5(mixed.encode(), usedforsecurity=False).hexdigest()
    return (
        f'Digest username="{username}", realm="{found["realm"]}", nonce="{found["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="0a0b"'
    )


@dataclass
class Phone:
    """A person's phone on a line. `domain` is how it was set up; `username` what it says in digests."""

    line: Line
    name: str
    password: str
    domain: str = "falcot.com"
    username: str = ""
    transport: str = "TLS"
    number: int = 9
    call: str = field(default_factory=lambda: uuid.uuid4().hex)
    sequence: int = 0

    def request(self, method: str, uri: str, *extra: str, body: str = "", to: str = "", sender: str = "", call: str = "") -> str:
        """Given what differs, return the text of a request; `extra` are whole header lines."""
        self.sequence += 1
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport} 192.0.2.99:9;branch=z9hG4bK{uuid.uuid4().hex};rport",
            "Max-Forwards: 70",
            f"From: <{sender or f'sip:{self.name}@{self.domain}'}>;tag=t{self.call[:8]}",
            f"To: <{to or uri}>" if not to.startswith("<") else f"To: {to}",
            f"Call-ID: {call or self.call}",
            f"CSeq: {self.sequence} {method}",
            *extra,
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    @property
    def tag(self) -> str:
        """The tag that this phone adds to To."""
        return f"u{self.number}{self.name}"

    @property
    def contact(self) -> str:
        """The Contact header: an address that leads nowhere, so that only the connection can be used."""
        return f"Contact: <sip:{self.name}@192.0.2.99:{self.number};transport={self.transport.lower()}>"

    def answers(self, seconds: float = PATIENCE) -> Iterator[Message]:
        """Yield what arrives until nothing does."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and (message := self.line.receive(left)) is not None:
            yield message

    def final(self, method: str, seconds: float = PATIENCE) -> Message:
        """Given a method, return the next final response to it. Raise AssertionError if none comes."""
        for message in self.answers(seconds):
            if message.status >= 200 and message.method == method:
                return message
        raise AssertionError(f"{self.name}: no final response to {method}")

    def await_request(self, method: str, seconds: float = PATIENCE) -> Message:
        """Given a method, return the next request of that kind. Raise AssertionError if none comes."""
        for message in self.answers(seconds):
            if message.first.startswith(f"{method} "):
                return message
        raise AssertionError(f"{self.name}: no {method} came")

    def ask(self, method: str, uri: str, *extra: str, body: str = "", to: str = "", sender: str = "") -> Message:
        """Given a request, send it, answer one challenge, and return the final response."""
        fields = {"body": body, "to": to, "sender": sender}
        self.line.send(self.request(method, uri, *extra, **fields))
        answer = self.final(method)
        if answer.status not in (401, 407):
            return answer
        kind = "Authorization" if answer.status == 401 else "Proxy-Authorization"
        challenge = answer.header("WWW-Authenticate" if answer.status == 401 else "Proxy-Authenticate")
        proof = digest(challenge, method, uri, self.username or self.name, self.password)
        if method == "INVITE":
            self.line.send(self.acknowledge(uri, answer))
        self.line.send(self.request(method, uri, f"{kind}: {proof}", *extra, **fields))
        return self.final(method)

    def acknowledge(self, uri: str, answer: Message) -> str:
        """Given a refusal of an INVITE, return its ACK (RFC 3261 section 17.1.1.3)."""
        via, sender, to, call = (answer.header(name) for name in ("Via", "From", "To", "Call-ID"))
        number = answer.header("CSeq").split()[0]
        return (
            f"ACK {uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: {sender}\r\nTo: {to}\r\n"
            f"Call-ID: {call}\r\nCSeq: {number} ACK\r\nContent-Length: 0\r\n\r\n"
        )

    def register(self, expires: int = 600, *, contact: str = "") -> Message:
        """Register this line, or with 0 take it away, and return the final response."""
        aor = f"sip:{self.name}@{self.domain}"
        return self.ask("REGISTER", f"sip:{self.domain}", contact or self.contact, f"Expires: {expires}", to=aor)

    def silent(self, method: str, seconds: float) -> bool:
        """Given a method, return whether no request of that kind comes in that time."""
        return not any(message.first.startswith(f"{method} ") for message in self.answers(seconds))

    def reply(self, request: Message, status: str, *extra: str, body: str = "") -> None:
        """Given a request and a status, send the response."""
        vias = [f"Via: {via}" for via in request.all("Via")]
        routes = [f"Record-Route: {route}" for route in request.all("Record-Route")]
        to = request.header("To")
        if ";tag=" not in to:
            to += f";tag={self.tag}"
        lines = [
            f"SIP/2.0 {status}",
            *vias,
            *routes,
            f"From: {request.header('From')}",
            f"To: {to}",
            f"Call-ID: {request.header('Call-ID')}",
            f"CSeq: {request.header('CSeq')}",
            *extra,
            f"Content-Length: {len(body)}",
        ]
        self.line.send("\r\n".join(lines) + "\r\n\r\n" + body)


def routes(message: Message, *, reverse: bool = False) -> tuple[str, ...]:
    """Given a message with Record-Route, return the Route headers of later requests; `reverse` for who made the call."""
    found = message.all("Record-Route")
    return tuple(f"Route: {route}" for route in (reversed(found) if reverse else found))


def target(message: Message) -> str:
    """Given a message, return the URI of its Contact."""
    return message.header("Contact").partition("<")[2].partition(">")[0]


SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.99\r\ns=-\r\nc=IN IP4 192.0.2.99\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"


@dataclass
class Call:
    """A call from one phone to a URI, as its caller sees it."""

    phone: Phone
    uri: str
    branch: str = ""
    answer: Message | None = None

    def invite(self) -> None:
        """Invite, answer the challenge, and leave the second INVITE under way."""
        phone = self.phone
        phone.call = uuid.uuid4().hex
        phone.line.send(phone.request("INVITE", self.uri, phone.contact, "Content-Type: application/sdp", body=SDP))
        refusal = phone.final("INVITE")
        assert refusal.status == 407, refusal.first
        phone.line.send(phone.acknowledge(self.uri, refusal))
        proof = digest(refusal.header("Proxy-Authenticate"), "INVITE", self.uri, phone.username or phone.name, phone.password)
        extra = (phone.contact, f"Proxy-Authorization: {proof}", "Content-Type: application/sdp")
        text = phone.request("INVITE", self.uri, *extra, body=SDP)
        self.branch = text.partition("branch=")[2].partition(";")[0]
        phone.line.send(text)

    def final(self, seconds: float = PATIENCE) -> Message:
        """Return the final answer to the INVITE and acknowledge it."""
        phone = self.phone
        self.answer = answer = phone.final("INVITE", seconds)
        if answer.status >= 300:
            phone.line.send(phone.acknowledge(self.uri, answer))
        else:
            number = phone.sequence
            phone.sequence -= 1
            phone.line.send(phone.request("ACK", target(answer), *routes(answer, reverse=True), to=answer.header("To")))
            assert phone.sequence == number
        return answer

    def cancel(self) -> None:
        """Take the INVITE back."""
        phone = self.phone
        phone.sequence -= 1
        text = phone.request("CANCEL", self.uri)
        made = text.partition("branch=")[2].partition(";")[0]
        phone.line.send(text.replace(made, self.branch))

    def bye(self) -> None:
        """Send BYE; the answer is still to come."""
        assert self.answer is not None
        phone, answer = self.phone, self.answer
        phone.line.send(phone.request("BYE", target(answer), *routes(answer, reverse=True), to=answer.header("To")))
