"""What breaks because of a record that is not as it should be, in the words of the people who notice it."""

import dns.name

from rtcstack.zone.difference_served import Gap, Kind
from rtcstack.zone.label import label
from rtcstack.zone.values import SRV

SERVICES = {
    "_sips._tcp": "phones cannot find the SIP proxy (SIP over TLS)",
    "_sip._tcp": "phones that use SIP over TCP cannot find the SIP proxy",
    "_sip._udp": "phones that use SIP over UDP cannot find the SIP proxy",
    "_xmpp-client._tcp": "chat programs that begin in clear (STARTTLS) cannot find the XMPP server",
    "_xmpps-client._tcp": "chat programs that begin with TLS cannot find the XMPP server",
    "_xmpp-server._tcp": "other organisations' servers cannot find our XMPP server",
    "_xmpps-server._tcp": "other organisations' servers that begin with TLS cannot find our XMPP server",
    "_turn._udp": "calls cannot be relayed over UDP: behind strict routers there is no sound",
    "_turn._tcp": "calls cannot be relayed over TCP: where UDP is blocked there is no sound",
    "_turns._tcp": "calls cannot be relayed over TLS: in hotels and offices with strict firewalls there is no sound",
    "_turns._udp": "calls cannot be relayed over DTLS",
    "_stun._udp": "programs cannot learn their public address: calls through routers fail",
    "_stun._tcp": "programs cannot learn their public address over TCP",
    "_stuns._tcp": "programs cannot learn their public address over TLS",
    "_stuns._udp": "programs cannot learn their public address over DTLS",
}
_NAPTR = {
    "SIPS+D2T": "phones that ask for the best transport are not told that TLS is offered",
    "SIP+D2U": "phones without TLS are not told that UDP is offered",
    "E2U+": "nobody finds an extension by its whole telephone number (ENUM)",
    "RELAY": "native clients are not told which ways to the TURN server there are",
}


def breaks(gap: Gap, why: str, *, target: bool = False) -> str:
    """Given a gap, the reason of the record that should be there, and whether SRV records lead to its owner, say what breaks."""
    host, kind = gap.key[0].to_text(omit_final_dot=True), gap.key[1]
    if gap.kind is Kind.TTL:
        return "changes are noticed later or earlier than rtcstack counts on"
    if gap.kind is Kind.ALIAS:
        strict = ", and an SRV record must not lead to one (RFC 2782): strict clients go no further" if target else ""
        return f"{host} is an alias{strict}; none of its own records count ({why})"
    if kind in ("SRV", "NAPTR"):
        return _srv(gap) if kind == "SRV" else _naptr(gap)
    return _host(gap, host, why)


def _host(gap: Gap, host: str, why: str) -> str:
    match gap.kind, gap.key[1]:
        case Kind.STALE | Kind.EXTRA, "A" | "AAAA":
            said = f"some clients go to an address of {host} where none of ours answers"
        case _, "A" | "AAAA" as kind:
            said = f"nobody {'with IPv6 ' if kind == 'AAAA' else ''}reaches {host}: {why}"
        case Kind.MISSING, "TLSA":
            said = f"clients that know DANE do without it at {host}"
        case _, "TLSA":
            said = f"clients that know DANE refuse the certificate at {host}"
        case _, "CAA":
            said = f"public CAs are told something else about certificates for {host} than rtcstack says"
        case _, kind:
            said = f"whoever needs it goes without: {why}" if why else f"{host} {kind} is not what rtcstack prints"
    return said


def _srv(gap: Gap) -> str:
    service = SERVICES.get(label(gap.key[0]), "programs that look for this service cannot find it")
    refused = not any(isinstance(value, SRV) and value.target != dns.name.root for value in gap.missing)
    if gap.kind is Kind.STALE or (refused and gap.extra and gap.missing):
        return "clients try a place where nothing like it answers, and wait"
    if gap.kind is Kind.EXTRA:
        return f"some clients try a place where nothing like it answers; for them: {service}"
    if gap.missing and refused:
        return "clients are not told that this is not offered: they try a closed port, and wait"
    return service


def _naptr(gap: Gap) -> str:
    text = " ".join(str(value) for value in (*gap.missing, *gap.extra))
    said = [words for service, words in _NAPTR.items() if f'"{service}' in text]
    if gap.kind in (Kind.STALE, Kind.EXTRA):
        return "phones and native clients may choose a way that is not offered"
    return "; ".join(said) or "native clients are not told what is offered"
