"""TLS as two libraries see it that did not make the certificates: openssl and gnutls, from a client's place, by name."""

from dataclasses import dataclass

from tests.stack.lab import Lab

CA, WRONG_CA = "/lab/ca.crt", "/lab/wrong-ca.crt"
SYSTEM = ("-no-CApath", "-no-CAstore")
"""Options by which openssl trusts nothing that it brings along."""


@dataclass(frozen=True)
class Door:
    """One place where TLS begins: a host name of the zone, how it begins, and a name that the certificate must carry."""

    host: str
    begin: str
    identity: str
    port: int = 443

    def __str__(self) -> str:
        return f"{self.identity}@{self.host}/{self.begin}"


def openssl(lab: Lab, door: Door, *, ca: str = CA, name: str = "") -> tuple[bool, str]:
    """Given a door, a CA and a name to expect, return whether openssl accepts its certificate over IPv4, and what it said."""
    trust = ("-CAfile", ca, *SYSTEM, "-x509_strict", "-verify_hostname", name or door.identity)
    return _s_client(lab, door, "-4", *trust, accepted="Verification: OK")


def openssl_by_address(lab: Lab, door: Door, address: str) -> tuple[bool, str]:
    """Given a door and its address, return whether openssl accepts the address in place of a name, and what it said."""
    return _s_client(lab, door, "-CAfile", CA, *SYSTEM, "-verify_ip", address, accepted="Verification: OK")


def openssl_by_tlsa(lab: Lab, door: Door, tlsa: str) -> tuple[bool, str]:
    """Given a door and a TLSA value, return whether openssl accepts the certificate by that alone, and what it said."""
    trust = ("-no-CAfile", *SYSTEM, "-dane_tlsa_domain", door.identity, "-dane_tlsa_rrdata", tlsa)
    return _s_client(lab, door, *trust, accepted="matched the TA certificate")


def gnutls(lab: Lab, door: Door, *, ca: str = CA, name: str = "") -> tuple[bool, str]:
    """Given a door, a CA and a name to expect, return whether gnutls accepts its certificate, and what it said."""
    options = {"dtls": ("--udp",), "xmpp": ("--starttls-proto", "xmpp", "--starttls-name", door.identity)}.get(door.begin, ())
    trust = ("--x509cafile", ca, "--verify-hostname", name or door.identity, "--sni-hostname", door.identity)
    return _ask(lab, ["gnutls-cli", *options, *trust, "--port", str(door.port), door.host], "The certificate is trusted.")


def _s_client(lab: Lab, door: Door, *trust: str, accepted: str) -> tuple[bool, str]:
    begin = {"tls": (), "dtls": ("-dtls",)}.get(door.begin, ("-starttls", door.begin, "-xmpphost", door.identity))
    where = ("-connect", f"{door.host}:{door.port}", "-servername", door.identity)
    return _ask(lab, ["openssl", "s_client", *where, *begin, *trust, "-verify_return_error", "-brief"], accepted)


def _ask(lab: Lab, argv: list[str], accepted: str) -> tuple[bool, str]:
    # Words and status must agree: each alone has been seen to lie.
    done = lab.run(argv, timeout=15)
    said = done.stdout + done.stderr
    assert (done.returncode == 0) == (accepted in said), said
    return done.returncode == 0, said
