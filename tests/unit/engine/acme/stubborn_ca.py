"""A CA on this machine that says no: what a real test server never does (limits, wrong content, no TLS for its addresses)."""

import datetime as dt
import http.server
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Answers:
    """What it answers by path: status, headers, JSON; and what it was asked."""

    by_path: dict[str, tuple[int, Mapping[str, str], object]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def stubborn_ca(folder: Path, answers: Answers) -> Iterator[str]:
    """Given a folder and answers, serve them over TLS (its certificate is in `tls.pem`), and yield the directory's address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = answers.by_path.get(self.path, (404, {}, {}))
            answers.asked.append(self.path)
            content = json.dumps(body).encode()
            self.send_response(status)
            kind = "application/json" if status < 400 else "application/problem+json"
            for name, value in ({"Content-Type": kind, "Replay-Nonce": "bm9uY2U"} | dict(headers)).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_HEAD = do_POST = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the signature of http.server
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder / "tls.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    base = f"https://127.0.0.1:{server.server_address[1]}"
    names = ("newNonce", "newAccount", "newOrder", "keyChange", "revokeCert")
    answers.by_path["/dir"] = (200, {}, {name: f"{base}/{name}" for name in names})
    answers.by_path["/newNonce"] = (200, {}, {})
    answers.by_path["/newAccount"] = (200, {"Location": f"{base}/account/1"}, {"status": "valid"})
    answers.by_path["/account/1"] = (200, {}, {"status": "valid"})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{base}/dir"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _certificate(path: Path) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stubborn")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    encoding = serialization.Encoding.PEM
    pem = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem + certificate.public_bytes(encoding))
    return path
