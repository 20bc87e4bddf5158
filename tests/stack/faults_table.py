"""Every way in which the tests break a stack, with what `check` must find, and nothing else."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from rtcstack.pki.ca import create_ca
from rtcstack.pki.certificates import chain
from rtcstack.pki.issue import issue
from rtcstack.pki.keypair import KeyPair
from tests.stack import breaking as b
from tests.stack.installation import Stack

Break = Callable[[Stack], AbstractContextManager[None]]


@dataclass(frozen=True)
class Case:
    """What is broken, the words after `rtcstack check`, the one finding and what its remedy must say."""

    name: str
    how: Break
    finding: str
    remedy: str
    words: tuple[str, ...] = ("--quick",)
    happened: str = ""


def case(
    name: str, how: Callable[..., AbstractContextManager[None]], *given: str,
    finding: str, remedy: str, words: str = "--quick", happened: str = "", **more: object,
) -> Case:  # fmt: skip
    """Given a hand of `breaking` and its arguments, return the case."""
    return Case(name, lambda stack: how(stack, *given, **more), finding, remedy, tuple(words.split()), happened)


def other_pair(stack: Stack, service: str, *, old: bool = False, host: str = "", stranger: bool = False) -> tuple[bytes, bytes]:
    """Given a service, return another key and certificate of it: ended, for another name, by another CA, or simply new."""
    vault = stack.directory / "secrets"
    ca = KeyPair(key_pem=(vault / "ca.key").read_bytes(), certificate_pem=(vault / "ca.crt").read_bytes())
    domains = ("falcot.com", "sip.falcot.com")
    if stranger:
        ca = create_ca(domains, datetime.now(UTC) - timedelta(days=200), key_pem=None)
    request = stack.plan.service(service).certificate
    assert request is not None
    if old:
        return ended(ca, (*request.dns_names,))
    if host:
        request = type(request)(service=service, dns_names=(host,))
    pair = issue(ca, request, domains, datetime.now(UTC))
    return pair.key_pem, chain(pair, ca.certificate_pem)


def ended(ca: KeyPair, names: tuple[str, ...]) -> tuple[bytes, bytes]:
    """Given the CA and names, return a key and a certificate that ended an hour ago: our own code makes none such."""
    issuer = x509.load_pem_x509_certificate(ca.certificate_pem)
    signer = serialization.load_pem_private_key(ca.key_pem, password=None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now - timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return pem, chain(
        KeyPair(key_pem=pem, certificate_pem=certificate.public_bytes(serialization.Encoding.PEM)), ca.certificate_pem
    )


def shown(name: str, service: str, finding: str, happened: str, **kind: object) -> Case:
    """Given a service and a kind of certificate, return the case in which it shows that one, though on disk all is right."""

    def how(stack: Stack) -> AbstractContextManager[None]:
        return b.pair_shown(stack, service, *other_pair(stack, service, **kind))  # type: ignore[arg-type]

    return Case(name, how, finding, "rtcstack up", happened=happened)


def stored(name: str, service: str, happened: str, **kind: object) -> Case:
    """Given a service and a kind of certificate, return the case in which that lies in secrets/."""

    def how(stack: Stack) -> AbstractContextManager[None]:
        return b.on_disk(stack, service, *other_pair(stack, service, **kind))  # type: ignore[arg-type]

    return Case(name, how, f"{service}.certificate-on-disk", "rtcstack up", happened=happened)


def _to_servers(stack: Stack) -> AbstractContextManager[None]:
    return b.pair_shown_to_servers(stack, *other_pair(stack, "prosody", old=True))


def _port_open(stack: Stack) -> AbstractContextManager[None]:
    return b.listening(stack, "coturn", 3306)


def _clash(stack: Stack) -> AbstractContextManager[None]:
    return b.rogue(stack, f"ip address add {stack.address('coturn')}/32 dev eth0")


ALL_BUT_443 = ("-p tcp --dport 443 -j ACCEPT", "-i lo -j ACCEPT", "-i eth1 -j ACCEPT", "-p ipv6-icmp -j ACCEPT", "-j DROP")
CONTAINERS = (
    case("coturn stopped", b.stopped, "coturn", finding="coturn.container", remedy="rtcstack up", happened="exited"),
    case("kamailio stopped", b.stopped, "kamailio", finding="kamailio.container", remedy="rtcstack up"),
    case("prosody paused", b.paused, "prosody", finding="prosody.container", remedy="rtcstack up", happened="paused"),
    case("STARTTLS front stopped", b.stopped, "prosody-starttls", finding="prosody.container", remedy="rtcstack up"),
    case("database stopped", b.stopped, "mariadb", finding="mariadb.container", remedy="rtcstack up", words=""),
    case("database paused", b.paused, "mariadb", finding="mariadb.container", remedy="rtcstack up", words=""),
    case("second TURN server removed", b.removed, "coturn-ephemeral", finding="coturn-ephemeral.container", remedy="rtcstack up"),
    case("coturn crashed thrice", b.crashed, "coturn-ephemeral", finding="coturn-ephemeral.restarts", remedy="logs", times=3),
    case("memory nearly at its limit", b.limited, "mariadb", finding="mariadb.memory", remedy="docker restart", part=0.93),
    case("a full disk", b.filled, "prosody", "/tmp", finding="prosody.disk", remedy="Make room"),  # noqa: S108
    case("clock one hour behind", b.false_clock, "prosody", "-1h", finding="prosody.clock", remedy="FAKETIME", happened="behind"),
    case("clock a day ahead", b.false_clock, "coturn-ephemeral", "+1d", finding="coturn-ephemeral.clock", remedy="FAKETIME"),
    case("database on the clients' network", b.attached, "mariadb", finding="mariadb.exposed", remedy="docker rm -f"),
    case("the host's link down", b.link_down, finding="host.links", remedy="rtcstack up"),
)  # fmt: skip
NETWORK = (
    case("UDP dropped", b.filtered, "coturn", "-i eth0 -p udp -j DROP", finding="coturn.udp", remedy="udp/443"),
    case("all but 443/tcp dropped", b.filtered, "coturn", *ALL_BUT_443,
         finding="coturn.udp", remedy="udp/443", words="--only turn"),
    case("TCP dropped", b.filtered, "coturn", "-i eth0 -p tcp -j DROP", finding="coturn.tcp", remedy="tcp/443"),
    case("everything dropped", b.filtered, "kamailio", "-i eth0 -j DROP", finding="kamailio.silent", remedy="firewall"),
    case("connections refused", b.filtered, "kamailio", "-i eth0 -p tcp -j REJECT --reject-with tcp-reset",
         finding="kamailio.closed", remedy="rtcstack logs kamailio"),
    case("relay ports dropped", b.filtered, "coturn", "-i eth0 -p udp --dport 49152:65535 -j DROP",
         finding="coturn.relay", remedy="49152-65535", words="--only turn"),
    case("default route gone", b.networked, "coturn", "ip route del default", finding="coturn.route", remedy="docker restart"),
    case("default route to nowhere", b.networked, "prosody", "ip route replace default via 10.99.99.1 dev eth0 onlink",
         finding="prosody.route", remedy="docker restart"),
    case("another MAC", b.networked, "coturn-ephemeral", "ip link set eth0 down; ip link set eth0 address 02:00:00:00:00:99; "
         "ip link set eth0 up", finding="coturn-ephemeral.mac", remedy="docker restart"),
    case("IPv6 dropped", b.filtered, "kamailio", "-i eth0 -s 2001:db8::/32 -p tcp -j DROP", finding="kamailio.ipv6", remedy="IPv6",
         tools=("ip6tables",)),
    Case("address taken by another device", _clash, "coturn.clash", "MAC"),
)  # fmt: skip
CERTIFICATES = (
    shown("an ended certificate shown", "kamailio", "kamailio.certificate", "expired", old=True),
    shown("a certificate for another name shown", "prosody", "prosody.certificate", "match", host="other.falcot.com"),
    shown("a certificate of another CA shown", "coturn", "coturn.certificate", "refused", stranger=True),
    shown("an old certificate shown", "kamailio", "kamailio.certificate-old", "another"),
    stored("an ended certificate stored", "kamailio", "expired", old=True),
    stored("a certificate for other names stored", "prosody", "other names", host="other.falcot.com"),
    stored("a certificate of another CA stored", "coturn", "another CA", stranger=True),
    Case("an ended certificate shown to servers", _to_servers, "prosody.certificate", "rtcstack up", happened="expired"),
    case("the roots damaged inside", b.unhealthy, "prosody", "tls/roots.pem", finding="prosody.health", remedy="docker rm -f"),
    case("key unreadable", b.unreadable, "coturn", finding="coturn.key", remedy="docker rm -f"),
    case("coturn without TLS", b.edited, "coturn", "turnserver.conf", "s/^dtls$/no-tls/", finding="coturn.tls",
         remedy="docker rm -f"),
)  # fmt: skip
TURN = (
    case("wrong realm", b.edited, "coturn", "turnserver.conf", "s/^realm=.*/realm=example.org/", finding="coturn.realm",
         remedy="docker rm -f", happened="example.org"),
    case("open relay", b.edited, "coturn", "turnserver.conf", "s/^lt-cred-mech/no-auth/", finding="coturn.open-relay",
         remedy="docker stop"),
    case("another port", b.edited, "coturn", "turnserver.conf", "s/listening-port=443/listening-port=444/",
         finding="coturn.closed", remedy="rtcstack logs coturn"),
    case("relays to forbidden peers", b.edited, "coturn", "turnserver.conf", "/^denied-peer-ip=/d",
         finding="coturn.forbidden-peers", remedy="docker stop", words="--only turn"),
    case("wrong HMAC secret", b.edited, "prosody", "live/turn.secret", "s/^.*$/wrong/", finding="coturn-ephemeral.login",
         remedy="secret", words="--only turn,xmpp"),
)  # fmt: skip
SIP = (
    case("a file that kamailio cannot read", b.edited, "kamailio", "kamailio.cfg", "s/^include_file .calls.cfg.*/nonsense {/",
         finding="kamailio.container", remedy="rtcstack logs kamailio", happened="as soon as it starts"),
    case("no WebSocket", b.edited, "kamailio", "websocket.cfg", "s/\\$hdr.Upgrade. =~ .websocket./false/",
         finding="kamailio.protocol", remedy="rtcstack logs kamailio"),
    case("another SIP realm", b.edited, "kamailio", "network.cfg", "s/define REALM .*/define REALM \"example.org\"/",
         finding="kamailio.register", remedy="rtcstack logs kamailio", words="--only sip"),
    case("nobody is found", b.edited, "kamailio", "calls.cfg",
         "s/^    route.CALLEE.;/    sl_send_reply(\"480\", \"Nobody\"); exit;/",
         finding="kamailio.call", remedy="rtcstack logs kamailio", words="--only sip"),
)  # fmt: skip
XMPP = (
    case("no WebSocket module", b.edited, "prosody", "prosody.cfg.lua", "s/\"websocket\"; //", finding="prosody.websocket",
         remedy="rtcstack logs prosody", words="--only xmpp"),
    case("no roster module", b.edited, "prosody", "prosody.cfg.lua", "s/\"roster\"; //", finding="prosody.roster",
         remedy="rtcstack logs prosody", words="--only xmpp"),
    case("no TURN services told", b.edited, "prosody", "prosody.cfg.lua", "s/\"external_services\"; //",
         finding="prosody.turn-services", remedy="rtcstack logs prosody", words="--only turn,xmpp"),
    case("no rooms", b.edited, "prosody", "prosody.cfg.lua", "s/^Component \"conference/Component \"nowhere/",
         finding="prosody.room", remedy="rtcstack logs prosody", words="--only xmpp"),
    case("no uploads", b.edited, "prosody", "prosody.cfg.lua", "s/\"http_file_share\"$/\"host_name\"/",
         finding="prosody.upload", remedy="rtcstack logs prosody", words="--only xmpp"),
    case("another way of authentication", b.edited, "prosody", "prosody.cfg.lua", "s/\"internal_hashed\"/\"ldap\"/",
         finding="prosody.protocol", remedy="rtcstack logs prosody", words="--only xmpp"),
)  # fmt: skip
DATABASE = (
    case("coturn's database password changed", b.account_spoiled, "coturn", "SET PASSWORD FOR {} = PASSWORD('wrong')",
         finding="mariadb.account-coturn", remedy="mariadb-schema", words="--only turn"),
    case("kamailio's database account gone", b.account_spoiled, "kamailio", "DROP USER {}",
         finding="mariadb.account-kamailio", remedy="mariadb-schema", words="--only sip"),
    case("a table gone", b.told, "RENAME TABLE kamailio.subscriber TO kamailio.lost",
         "RENAME TABLE kamailio.lost TO kamailio.subscriber",
         finding="mariadb.people", remedy="rtcstack logs mariadb", words=""),
    Case("the database's port open to clients", _port_open, "mariadb.open", "mariadb", ("--only", "host")),
)  # fmt: skip
CASES = (*CONTAINERS, *NETWORK, *CERTIFICATES, *TURN, *SIP, *XMPP, *DATABASE)
