"""XMPP with throw-away accounts (slixmpp): log in both ways, roster, message, room, file, what is told about TURN, the clock."""

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable
from datetime import datetime
from typing import Any

import chat
import web
from request import Person, Request, Wrong
from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout, PresenceError, XMPPError
from steps import Steps

LIMIT = 6
SKEW = 5
"""Seconds that a server's clock may be off."""
UPLOAD, SERVICES, TIME = "urn:xmpp:http:upload:0", "urn:xmpp:extdisco:2", "urn:xmpp:time"


async def examine(steps: Steps) -> None:
    """Take the steps of XMPP; those of a person who is logged in only if somebody is."""
    request = steps.request
    client = chat.Client(request, request.people[0], direct=True)
    for plugin in ("xep_0030", "xep_0045"):
        client.register_plugin(plugin)
    try:
        if await steps.take("xmpp.login", "to log in with direct TLS and with STARTTLS", _login(request, client)):
            await asyncio.gather(
                steps.take("xmpp.refused", "to log in with a wrong password", _refused(request)),
                steps.take("xmpp.roster", "the roster", _asked(_roster(client))),
                steps.take("xmpp.room", "a room: made, joined and left", _asked(_room(request, client))),
                steps.take("xmpp.upload", "a file: sent and fetched", _asked(_upload(request, client))),
                steps.take("xmpp.services", "what is told about TURN (XEP-0215)", _asked(_services(steps, client))),
                steps.take("xmpp.clock", "the server's clock (XEP-0202) against ours", _asked(_clock(request, client))),
                steps.take("xmpp.web", "host-meta and a WebSocket for XMPP", web.websocket(request)),
            )
    finally:
        if not steps.turn_services.done():
            steps.turn_services.set_result([])
        await client.leave()


async def _login(request: Request, client: chat.Client) -> str:
    event = await client.login(roster=False)
    if event != "session_start":
        raise Wrong(f"direct TLS ended in {event}")
    other = chat.Client(request, request.people[1], direct=False)
    event = await other.login(roster=False)
    await other.leave()
    if event != "session_start":
        raise Wrong(f"STARTTLS ended in {event}")
    return f"logged in ({client.facts()})"


async def _refused(request: Request) -> str:
    client = chat.Client(request, Person(request.people[0].name, secrets.token_hex(8)), direct=True)
    event = await client.login()
    await client.leave()
    if event != "failed_all_auth":
        raise Wrong(f"it ended in {event} instead of being refused")
    return "refused"


async def _asked(doing: Awaitable[str]) -> str:
    try:
        return str(await doing)
    except IqTimeout:
        raise Wrong("no answer") from None
    except (IqError, PresenceError, XMPPError) as error:
        raise Wrong(f"refused: {error.condition}") from None


async def _roster(client: chat.Client) -> str:
    answer = await client.get_roster(timeout=LIMIT)
    return f"{len(answer['roster']['items'])} contacts"


async def _room(request: Request, client: chat.Client) -> str:
    room = f"{request.people[0].name}-{secrets.token_hex(4)}@conference.{request.domain}"
    entered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    refused = f"muc::{room}::presence-error"
    for event in (f"muc::{room}::groupchat_subject", refused, "presence_error"):
        client.add_event_handler(event, lambda stanza: entered.done() or entered.set_result(stanza))
    client["xep_0045"].join_muc(JID(room), "check", maxhistory="0")
    try:
        async with asyncio.timeout(LIMIT):
            came = await entered
    except TimeoutError:
        raise Wrong(f"the room did not answer within {LIMIT} seconds") from None
    if came["type"] == "error":
        raise Wrong(f"refused: {came['error']['condition']}")
    client["xep_0045"].leave_muc(JID(room), "check")
    return "joined"


async def _upload(request: Request, client: chat.Client) -> str:
    items = await client["xep_0030"].get_items(jid=request.domain, timeout=LIMIT)
    for jid, *_ in items["disco_items"]["items"]:
        try:
            info = await client["xep_0030"].get_info(jid=jid, timeout=LIMIT)
        except IqError:
            continue
        if UPLOAD in info["disco_info"]["features"]:
            break
    else:
        raise Wrong("no component that takes files is found by disco")
    data = os.urandom(64)
    query = client.make_iq_get(ito=jid)
    query.xml.append(query.xml.makeelement(f"{{{UPLOAD}}}request", {"filename": "check.bin", "size": str(len(data))}))
    answer = (await query.send(timeout=LIMIT)).xml
    put, get = (answer.find(f".//{{{UPLOAD}}}{what}") for what in ("put", "get"))
    headers = {header.attrib["name"]: header.text for header in put}
    code, _ = await web.ask(request, "PUT", put.attrib["url"], headers, data)
    if code not in (200, 201):
        raise Wrong(f"the file was answered with {code}")
    code, came = await web.ask(request, "GET", get.attrib["url"], {}, b"")
    if code != 200 or came != data:
        raise Wrong(f"the file came back with {code} and {len(came)} of {len(data)} bytes")
    return f"at {get.attrib['url']}"


async def _services(steps: Steps, client: chat.Client) -> str:
    query = client.make_iq_get(ito=steps.request.domain)
    query.xml.append(query.xml.makeelement(f"{{{SERVICES}}}services", {}))
    answer = await query.send(timeout=LIMIT)
    offers = [dict(entry.attrib) for entry in answer.xml.findall(f"{{{SERVICES}}}services/{{{SERVICES}}}service")]
    relays = [offer for offer in offers if offer.get("type") in ("turn", "turns")]
    if not relays or not all(offer.get("username") and offer.get("password") for offer in relays):
        raise Wrong("no TURN server with credentials is told")
    steps.turn_services.set_result(relays)
    return ", ".join(sorted({f"{offer['host']}:{offer['port']}" for offer in relays}))


async def _clock(request: Request, client: chat.Client) -> str:
    began = time.time()
    query = client.make_iq_get(ito=request.domain)
    query.xml.append(query.xml.makeelement(f"{{{TIME}}}time", {}))
    answer = await query.send(timeout=LIMIT)
    theirs = datetime.fromisoformat(answer.xml.findtext(f".//{{{TIME}}}utc") or "").timestamp()
    off = theirs - (began + time.time()) / 2
    if abs(off) > SKEW:
        raise Wrong(f"it is {abs(off):.0f} seconds {'ahead' if off > 0 else 'behind'}")
    return "they agree"
