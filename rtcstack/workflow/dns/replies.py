"""What a name server's refusal means, as a sentence with what to type next. Pure."""

import dns.name

from rtcstack.errors import RequestError, RtcstackError, WorldError
from rtcstack.probes.dns_ask import Reply
from rtcstack.probes.dns_key import Key
from rtcstack.probes.dns_look import Apex
from rtcstack.probes.dns_server import Server

PREREQUISITES = ("NXRRSET", "YXRRSET", "NXDOMAIN", "YXDOMAIN")
_SILENT = {
    "timeout": "does not answer",
    "refused": "does not listen there",
    "closed": "hangs up",
    "unreachable": "cannot be reached from here",
    "rubbish": "answers something that is no DNS message",
    "truncated": "cuts its answer short over UDP, and does not answer over TCP",
    "forged": "answers with a signature that is wrong: somebody may be in between",
    "unsigned": "answers without a signature, so the answer cannot be believed",
}


def key_error(server: Server, key: Key, reply: Reply) -> RtcstackError | None:
    """Given a reply, return what is wrong with the key, or None if it is not about the key."""
    match reply.failure:
        case "badkey":
            return RequestError(
                f"{server} does not know the key {key.name} ({key.algorithm}), or lets it do nothing",
                hint="Name and algorithm must be the same in the key file and on the server. The name counts, not the file's name.",
            )
        case "badsig":
            return RequestError(
                f"{server} knows the key {key.name}, but with another secret",
                hint="Copy the key from the server's own configuration again.",
            )
        case "badtime":
            return WorldError(
                f"the clock of {server} and the one here differ too much for the key {key.name}",
                hint="See `timedatectl` on both machines: signatures are valid for five minutes.",
            )
        case _:
            return None


def ask_error(server: Server, owner: dns.name.Name, key: Key, reply: Reply) -> RtcstackError:
    """Given a reply to a question that is no answer, return why."""
    found = key_error(server, key, reply)
    if found is not None:
        return found
    name = owner.to_text(omit_final_dot=True)
    if reply.failure:
        return WorldError(f"{server} {_SILENT[reply.failure]}", hint=f"Type: dig @{server.address} -p {server.port} SOA {name}")
    if reply.code in ("REFUSED", "NOTAUTH"):
        return _not_its_zone(server, name)
    return WorldError(
        f"{server} answers {reply.code} when it is asked for {name}",
        hint=f"See the name server's own log. Type: dig @{server.address} -p {server.port} SOA {name}",
    )


def apex_error(server: Server, asked: dns.name.Name, key: Key, top: Apex) -> RtcstackError:
    """Given a server that does not hold a zone as it was asked for, return why."""
    name = asked.to_text(omit_final_dot=True)
    if top.origin is not None:
        return RequestError(
            f"on {server} the names lie in the zone {top.origin.to_text(omit_final_dot=True)}, not in {name}",
            hint="Type the command again with that zone, or without --zone.",
        )
    return _not_its_zone(server, name) if top.reply.good else ask_error(server, asked, key, top.reply)


def update_error(
    server: Server, zone: dns.name.Name, key: Key, primary: str, reply: Reply, changed: tuple[str, ...]
) -> RtcstackError:
    """Given the reply to an UPDATE that was not carried out, return why. `changed` are sets that are not as they were seen."""
    if reply.failure in ("timeout", "closed", "unsigned", "forged") and reply.code in ("", "NOERROR"):
        return WorldError(
            f"{server} {_SILENT[reply.failure]}: whether it took the update is not known",
            hint="Type the command again: it looks at what is there, and goes on from there.",
        )
    return key_error(server, key, reply) or _refusal(server, zone.to_text(omit_final_dot=True), key, primary, reply, changed)


def _refusal(server: Server, zone: str, key: Key, primary: str, reply: Reply, changed: tuple[str, ...]) -> RtcstackError:
    kind: type[RtcstackError] = WorldError
    if not reply.code:
        said = f"{server} {_SILENT[reply.failure]}: updates go over TCP"
        hint = f"Let TCP through to port {server.port} of the name server."
    elif reply.code in PREREQUISITES:
        said = f"somebody changed {', '.join(changed) or 'a record'} on {server} in the meantime"
        hint = "Type the command again to see what is there now. If it repeats: an equal record stands beside a wildcard."
    elif reply.code in ("REFUSED", "NOTIMP"):
        said = f"{server} refuses to change {zone} for the key {key.name}"
        hint = (
            "The key must be in the zone's `update-policy` (BIND) or its `acl` with `action: update` (Knot), and the server must be"
            f" the primary: the zone names {primary}."
        )
    elif reply.code == "NOTAUTH":
        kind = RequestError
        said = f"{server} does not let the key {key.name} change {zone}, or does not hold that zone"
        hint = f"Knot: the zone needs an `acl` with `action: update` and this key. The zone names {primary} as its primary."
    else:
        said, hint = f"{server} answers {reply.code} to the update", "See the name server's own log."
    return kind(f"{said}; nothing was changed", hint=hint)


def _not_its_zone(server: Server, name: str) -> RtcstackError:
    return RequestError(
        f"{server} does not answer for {name} itself",
        hint="Give the primary name server of the zone, not a resolver. If the names lie in a zone above, name it with --zone.",
    )
