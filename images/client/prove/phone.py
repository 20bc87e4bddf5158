"""SIP as a person's softphone uses it (baresip): found by NAPTR and SRV, TLS with the name checked, and sound that is measured."""

import asyncio
import secrets

from baresip import Baresip
from register import attempt
from request import Person, Request, Wrong
from sound import heard

LIMIT = 12
REFUSALS = ("401", "403", "407")
TALK = 2.0
"""Seconds of sound."""
TONES = (440, 660)
"""What each side sends, in Hz: whoever hears the own tone hears the wrong thing."""
NEAR = 0.15
LOUD = 1000
"""Mean amplitude, of 32767, above which a recording holds a tone and not silence."""


async def refused(request: Request) -> str:
    """Register with a wrong password, then with the right one; raise Wrong if the first is not refused or the second is."""
    first = request.people[0]
    wrong = await attempt(request, Person(first.name, secrets.token_hex(8)))
    if not wrong.startswith(REFUSALS):
        raise Wrong(f"a wrong password was answered with {wrong}")
    right = await attempt(request, first)
    if not right.startswith("200"):
        raise Wrong(f"the right password was answered with {right}")
    return f"refused with {wrong}"


async def call(request: Request, relay: tuple[str, int] | None = None) -> str:
    """Register both, let the first call the second, and listen on both sides; raise Wrong if one of them hears nothing.

    With a TURN server as `relay`, the sound goes through that.
    """
    first, second = request.people
    async with (
        Baresip.running(request, first, tone=TONES[0], relay=relay) as here,
        Baresip.running(request, second, tone=TONES[1], relay=relay) as there,
    ):
        for phone in (here, there):
            await phone.register()
        await here.command("dial", f"sip:{second.name}@{request.domain}")
        for phone in (here, there):
            event = await phone.event(LIMIT, "CALL_ESTABLISHED", "CALL_CLOSED")
            if event["type"] != "CALL_ESTABLISHED":
                raise Wrong(f"the call ended: {event.get('param', '')}")
        await asyncio.sleep(TALK)
        await here.command("hangup")
        await there.event(LIMIT, "CALL_CLOSED")
        recordings = {here.name: (here.recording, TONES[1]), there.name: (there.recording, TONES[0])}
    pitches = []
    for name, (recording, tone) in recordings.items():
        loudness, pitch = heard(recording)
        if loudness < LOUD or abs(pitch - tone) > tone * NEAR:
            raise Wrong(f"{name} heard {pitch:.0f} Hz at mean amplitude {loudness:.0f} instead of {tone} Hz")
        pitches.append(f"{name} heard {pitch:.0f} Hz")
    return ", ".join(pitches)
