"""SIP as a person's softphone uses it (baresip): found by NAPTR and SRV, TLS with the name checked, and sound that is measured."""

import asyncio
import secrets
import wave
from array import array
from pathlib import Path

from baresip import Baresip
from request import Person, Request, Wrong

LIMIT = 12
TALK = 2.0
"""Seconds of sound."""
LOUD = 1000
"""Mean amplitude, of 32767, above which a recording holds a tone and not silence."""


async def refused(request: Request) -> str:
    """Register with a wrong password; raise Wrong if that works, or fails otherwise than by the server's refusal."""
    person = Person(request.people[0].name, secrets.token_hex(8))
    async with Baresip.running(request, person, tone=440) as phone:
        event = await phone.event(LIMIT, "REGISTER_OK", "REGISTER_FAIL")
    if event["type"] != "REGISTER_FAIL" or not str(event.get("param", "")).startswith(("401", "403", "407")):
        raise Wrong(f"a wrong password ended in {event['type']} {event.get('param', '')} instead of being refused")
    return f"refused with {event['param']}"


def loudness(recording: Path) -> float:
    """Given a recording, return its mean amplitude; 0 for an empty one."""
    try:
        with wave.open(str(recording)) as sound:
            samples = array("h", sound.readframes(sound.getnframes()))
    except (FileNotFoundError, EOFError, wave.Error):
        return 0.0
    return sum(map(abs, samples)) / len(samples) if samples else 0.0


async def call(request: Request) -> str:
    """Register both, let the first call the second, and listen on both sides; raise Wrong if one of them hears nothing."""
    first, second = request.people
    async with Baresip.running(request, first, tone=440) as here, Baresip.running(request, second, tone=660) as there:
        for phone in (here, there):
            event = await phone.event(LIMIT, "REGISTER_OK", "REGISTER_FAIL")
            if event["type"] != "REGISTER_OK":
                raise Wrong(f"{phone.name} could not register: {event.get('param', '')}")
        await here.command("dial", f"sip:{second.name}@{request.domain}")
        for phone in (here, there):
            event = await phone.event(LIMIT, "CALL_ESTABLISHED", "CALL_CLOSED")
            if event["type"] != "CALL_ESTABLISHED":
                raise Wrong(f"the call ended: {event.get('param', '')}")
        await asyncio.sleep(TALK)
        await here.command("hangup")
        await there.event(LIMIT, "CALL_CLOSED")
        recordings = {phone.name: phone.recording for phone in (here, there)}
    for name, recording in recordings.items():
        if (heard := loudness(recording)) < LOUD:
            raise Wrong(f"{name} heard nothing (mean amplitude {heard:.0f} of 32767)")
    return "both heard the other's tone"
