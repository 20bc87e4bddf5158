"""Servers on loopback that answer as a test says, and certificates for them."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rtcstack.plan.listener import Listener, Protocol, Transport
from rtcstack.probes.result import ProbeResult
from rtcstack.probes.run import probe

LOOPBACK = "127.0.0.1"
NAME = "falcot.com"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _certificate(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey) -> bytes:
    now, authority = dt.datetime.now(dt.UTC), name == issuer
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@cache
def authority(name: str = "test CA") -> tuple[bytes, ec.EllipticCurvePrivateKey]:
    """Return a CA's certificate in PEM and its key, the same ones for the same name."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _certificate(name, name, key, key), key


@cache
def server_context() -> ssl.SSLContext:
    """Return a TLS server's context with a certificate for NAME from the test CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(_certificate(NAME, "test CA", key, authority()[1]) + private)
        context.load_cert_chain(path)
    return context


def listener(port: int, protocol: Protocol, transport: Transport, *, identity: str = NAME, starttls: bool = False) -> Listener:
    """Return a listener on loopback."""
    return Listener(
        address=ip_address(LOOPBACK), port=port, transport=transport, protocol=protocol, identity=identity, starttls=starttls
    )


@asynccontextmanager
async def served(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Given what a server says on each connection, yield its port; every connection has ended afterwards."""
    talking: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            talking.add(task)
        with suppress(OSError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        writer.transport.abort()

    async with await asyncio.start_server(serve, LOOPBACK, 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]
        if talking:
            await asyncio.wait(talking, timeout=2)
        await asyncio.sleep(0)


def ask_stream(
    talk: Talk,
    protocol: Protocol,
    transport: Transport,
    *,
    ca: bytes | None = None,
    identity: str = NAME,
    starttls: bool = False,
    patience: float = 2.0,
) -> ProbeResult:
    """Given what a server says on each connection, start it, probe it, and return the result."""

    async def both() -> ProbeResult:
        async with served(talk, server_context() if transport is Transport.TLS else None) as port:
            asked = listener(port, protocol, transport, identity=identity, starttls=starttls)
            return await probe(asked, authority()[0] if ca is None else ca, patience)

    return asyncio.run(both())


def ask_datagram(
    answer: Callable[[bytes], list[bytes]], protocol: Protocol, transport: Transport = Transport.UDP, *, patience: float = 2.0
) -> ProbeResult:
    """Given what a server answers to a datagram, start it, probe it, and return the result."""

    class Server(asyncio.DatagramProtocol):
        transport: asyncio.DatagramTransport

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport  # type: ignore[assignment]

        def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
            for datagram in answer(data):
                self.transport.sendto(datagram, addr)

    async def both() -> ProbeResult:
        server, _ = await asyncio.get_running_loop().create_datagram_endpoint(Server, local_addr=(LOOPBACK, 0))
        try:
            port = server.get_extra_info("sockname")[1]
            return await probe(listener(port, protocol, transport), authority()[0], patience)
        finally:
            server.close()

    return asyncio.run(both())


def saying(*parts: bytes) -> Talk:
    """Given byte strings, return a server that reads something before it says each of them."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            await reader.read(4096)
            writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.05)

    return talk
