"""One REGISTER with one password (RFC 3261 section 22, RFC 2617 digest): a softphone would try again until it is barred."""

import asyncio
import hashlib
import re
import secrets

from request import Person, Request

LIMIT = 10


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _message(request: Request, person: Person, call: str, number: int, authorization: str) -> bytes:
    # Without a Contact it asks for bindings and changes none.
    lines = [
        f"REGISTER sip:{request.domain} SIP/2.0",
        f"Via: SIP/2.0/TLS client.invalid;rport;branch=z9hG4bK{call}{number}",
        "Max-Forwards: 70",
        f"From: <sip:{person.name}@{request.domain}>;tag={call}",
        f"To: <sip:{person.name}@{request.domain}>",
        f"Call-ID: {call}",
        f"CSeq: {number} REGISTER",
        *([authorization] if authorization else []),
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _authorization(challenge: str, request: Request, person: Person) -> str:
    told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    uri, realm, nonce, client = f"sip:{request.domain}", told["realm"], told["nonce"], secrets.token_hex(8)
    one, two = _md5(f"{person.name}:{realm}:{person.password}"), _md5(f"REGISTER:{uri}")
    common = f'Digest username="{person.name}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "qop" in challenge:
        response = _md5(f"{one}:{nonce}:00000001:{client}:auth:{two}")
        return f'Authorization: {common}, qop=auth, nc=00000001, cnonce="{client}", response="{response}"'
    return f'Authorization: {common}, response="{_md5(f"{one}:{nonce}:{two}")}"'


async def attempt(request: Request, person: Person) -> str:
    """Given a person, answer one challenge and return the final status line's code and words. Raise OSError, TimeoutError."""
    host, port = request.srv("_sips._tcp")
    call, challenge = secrets.token_hex(8), ""
    async with asyncio.timeout(LIMIT):
        reader, writer = await asyncio.open_connection(host, port, ssl=request.trust, server_hostname=host)
        try:
            for number in (1, 2):
                authorization = _authorization(challenge, request, person) if challenge else ""
                writer.write(_message(request, person, call, number, authorization))
                answer = (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace")
                status = answer.split("\r\n", 1)[0].removeprefix("SIP/2.0 ")
                found = re.search(r"^WWW-Authenticate:\s*(.*?)\r$", answer, re.IGNORECASE | re.MULTILINE)
                if number == 2 or not status.startswith("401") or found is None:
                    return status
                challenge = found[1]
        finally:
            writer.close()
    return status
