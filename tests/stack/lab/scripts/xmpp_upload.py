# ruff: noqa: S310 - the URL is the one that our server gave
"""Usage: xmpp_upload.py JID CA BYTES <password. Finds the upload service by disco, puts a file (XEP-0363) and fetches it again."""

import asyncio
import os
import ssl
import sys
import urllib.error
import urllib.request

from slixmpp.exceptions import IqError
from xmpp import LIMIT, Person, passwords, run, say  # type: ignore[import-not-found]  # it lies beside this in the lab

NAMESPACE = "urn:xmpp:http:upload:0"


async def service(person: Person) -> str:
    """The component of the domain that takes files."""
    items = await person["xep_0030"].get_items(jid=person.boundjid.host)
    for jid, *_ in items["disco_items"]["items"]:
        info = await person["xep_0030"].get_info(jid=jid)
        if NAMESPACE in info["disco_info"]["features"]:
            return str(jid)
    raise LookupError("no upload service")


async def slot(person: Person, where: str, size: int) -> dict[str, str]:
    """Ask for a place to put `size` bytes."""
    query = person.make_iq_get(ito=where)
    attributes = {"filename": "a.bin", "size": str(size), "content-type": "application/octet-stream"}
    query.xml.append(query.xml.makeelement(f"{{{NAMESPACE}}}request", attributes))
    answer = (await query.send(timeout=10)).xml
    put = answer.find(f".//{{{NAMESPACE}}}put")
    headers = {header.attrib["name"]: header.text for header in put}
    return {"put": put.attrib["url"], "get": answer.find(f".//{{{NAMESPACE}}}get").attrib["url"], **headers}


def ask(url: str, ca: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """One HTTPS request, verified with `ca`; PUT when there is data."""
    request = urllib.request.Request(url, data=data, headers=headers or {}, method="PUT" if data else "GET")
    try:
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=ca), timeout=LIMIT) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as problem:
        return problem.code, b""


async def main() -> int:
    jid, ca, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    person = await Person(jid, passwords()[0], "direct", ca).login()
    where = await service(person)
    data = os.urandom(size)
    try:
        place = await slot(person, where, size)
    except IqError as problem:
        say({"service": where, "refused": problem.condition})
        return 1
    headers = {"Authorization": place["Authorization"], "Content-Type": "application/octet-stream"}
    # In a thread: the stream goes on meanwhile.
    forged, _ = await asyncio.to_thread(ask, place["put"], ca, b"x", {**headers, "Authorization": "Bearer x"})
    put, _ = await asyncio.to_thread(ask, place["put"], ca, data, headers)
    got, back = await asyncio.to_thread(ask, place["get"], ca)
    say({"service": where, "url": place["get"], "forged": forged, "put": put, "get": got, "same": back == data})
    return 0


run(main)
