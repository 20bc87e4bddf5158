"""Another organisation: partner.example with its own CA and its own prosody on the same network, configured by hand."""

import datetime as dt
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rtcstack.plan.site import NetworkPlan
from tests.stack.lab import docker, place

DOMAIN = "partner.example"
PLACE = 44
_PEM = serialization.Encoding.PEM

_CONFIG = """
data_path = "/var/lib/prosody"
pidfile = "/run/prosody/prosody.pid"
admin_socket = "/run/prosody/prosody.sock"
log = {{ {{ levels = {{ min = "info" }}; to = "console" }} }}
certificates = "/partner"
ssl = {{ cafile = "/partner/trusted.pem" }}
s2s_ssl = {{ certificate = "/partner/shown.pem"; key = "/partner/shown.key" }}
s2s_secure_auth = true
unbound = {{ resolvconf = false; forward = {{ "{dns}" }} }}
interfaces = {{ "{address}" }}
c2s_direct_tls_ports = {{ 5223 }}
modules_enabled = {{ "roster"; "saslauth"; "tls"; "disco"; "ping"; "admin_shell" }}
VirtualHost "partner.example"
"""


def zone(network: NetworkPlan) -> str:
    """Given the network, return the partner's zone."""
    lines = (
        "$ORIGIN partner.example.",
        "@ 60 IN SOA xmpp hostmaster 1 60 60 60 60",
        "@ 60 IN NS xmpp",
        f"xmpp 60 IN A {network.address(PLACE)}",
        "_xmpp-client._tcp 60 IN SRV 5 0 5222 xmpp",
        "_xmpps-client._tcp 60 IN SRV 5 0 5223 xmpp",
        "_xmpp-server._tcp 60 IN SRV 5 0 5269 xmpp",
    )
    return "\n".join(lines) + "\n"


class Authority:
    """A CA of the partner's own, whose server certificates are for servers only, as public CAs give them since 2026."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Partner CA")])
        signing = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = (
            self._builder(self.name, self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(signing, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        )
        self.pem = builder.sign(self.key, hashes.SHA256()).public_bytes(_PEM)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(days=1))
        )

    def server(self, name: str) -> tuple[bytes, bytes]:
        """Given a DNS name, return the certificate and its key (PEM)."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._builder(subject, key)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        secret = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return certificate.public_bytes(_PEM), secret


@dataclass
class Partner:
    """The partner's server. It trusts `trusted` (PEM), and shows other servers a certificate of `authority` for `shows`."""

    network: NetworkPlan
    image: str
    authority: Authority
    trusted: bytes
    shows: str = DOMAIN

    @property
    def container(self) -> str:
        """Its name on the engine."""
        return f"{self.network.name}-partner"

    def __enter__(self) -> Self:
        certificate, key = self.authority.server(DOMAIN)
        shown, shown_key = self.authority.server(self.shows)
        config = _CONFIG.format(address=self.network.address(PLACE), dns=self.network.address(place(self.network, "dns")))
        docker(
            *("create", "--init", "--name", self.container, "--network", self.network.name, "--user", "904:904"),
            *("--ip", str(self.network.address(PLACE)), "--tmpfs", "/run/prosody:uid=904"),
            *(self.image, "prosody", "-F", "--config", "/partner/prosody.cfg.lua"),
        )
        try:
            self._copy({"prosody.cfg.lua": config.encode(), f"{DOMAIN}.crt": certificate, f"{DOMAIN}.key": key})
            self._copy({"shown.pem": shown, "shown.key": shown_key, "trusted.pem": self.trusted})
            docker("start", self.container)
            docker(
                "exec",
                self.container,
                "sh",
                "-c",
                "for i in $(seq 50); do [ -S /run/prosody/prosody.sock ] && exit; sleep 0.1; done; exit 1",
            )
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Take the server away."""
        docker("rm", "-f", "-v", self.container)

    def person(self, name: str, password: str) -> str:
        """Given a name and a password (of no worth elsewhere), make the account and return its JID."""
        docker("exec", self.container, "prosodyctl", "--config", "/partner/prosody.cfg.lua", "register", name, DOMAIN, password)
        return f"{name}@{DOMAIN}"

    def _copy(self, files: Mapping[str, bytes]) -> None:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for path, content in files.items():
                entry = tarfile.TarInfo(f"partner/{path}")
                entry.size, entry.mode = len(content), 0o644
                tar.addfile(entry, io.BytesIO(content))
        docker("cp", "-", f"{self.container}:/", feed=archive.getvalue())
