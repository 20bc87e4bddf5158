"""SIP with two throw-away accounts: log in, and a call whose media goes through TURN (baresip)."""

import phone
from request import Request, Wrong
from steps import Steps


async def examine(steps: Steps) -> None:
    """Take the steps of SIP; a call only if both can log in."""
    if await steps.take("sip.register", "REGISTER with a wrong password, then with the right one", phone.refused(steps.request)):
        tried = "a call between two phones with sound both ways through TURN"
        await steps.take("sip.call", tried, _call(steps.request), limit=30)


async def _call(request: Request) -> str:
    try:
        relay = request.srv("_turn._udp")
    except Wrong:
        relay = None
    return await phone.call(request, relay=relay)
