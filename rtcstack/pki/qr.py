"""A QR code of the address from which a telephone fetches the CA: for a terminal, or as a picture."""

import io

import segno

from rtcstack.errors import RequestError

_LONGEST = 512
"""Bytes: more makes a code that cameras do not read from a screen."""


def terminal(url: str) -> str:
    """Given an address, return the code as text of half blocks, for a terminal. Raise RequestError."""
    out = io.StringIO()
    _code(url).terminal(out=out, border=2, compact=True)
    return out.getvalue()


def svg(url: str) -> bytes:
    """Given an address, return the code as an SVG picture. Raise RequestError."""
    out = io.BytesIO()
    _code(url).save(out, kind="svg", scale=8, border=4, light="white", nl=True)
    return out.getvalue()


def _code(url: str) -> segno.QRCode:
    scheme, separator, rest = url.partition("://")
    if scheme not in ("http", "https") or not separator or not rest or not url.isascii() or not url.isprintable() or " " in url:
        raise RequestError(f"{url!r} is no address on the web", hint="Give one that begins with https:// or http://.")
    if len(url) > _LONGEST:
        raise RequestError(f"the address has {len(url)} characters; {_LONGEST} are the most that a camera reads well")
    return segno.make(url, error="m", micro=False)
