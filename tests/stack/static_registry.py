"""A container registry with one image, on this machine alone: the engine really pulls from it (OCI distribution, pull part)."""

import gzip
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class StaticRegistry:
    """Serves `name:tag` with the given tree as its only layer, and remembers what was asked for."""

    def __init__(self, name: str, tag: str, tree: bytes) -> None:
        layer = gzip.compress(tree, mtime=0)
        rootfs = {"type": "layers", "diff_ids": [_digest(tree)]}
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": rootfs}).encode()
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {
                    "mediaType": "application/vnd.docker.container.image.v1+json",
                    "size": len(config),
                    "digest": _digest(config),
                },
                "layers": [
                    {
                        "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                        "size": len(layer),
                        "digest": _digest(layer),
                    }
                ],
            }
        ).encode()
        self.requests: list[str] = []
        self.bodies = {
            "/v2/": (b"{}", "application/json"),
            f"/v2/{name}/manifests/{tag}": (manifest, MANIFEST),
            f"/v2/{name}/manifests/{_digest(manifest)}": (manifest, MANIFEST),
            f"/v2/{name}/blobs/{_digest(config)}": (config, "application/octet-stream"),
            f"/v2/{name}/blobs/{_digest(layer)}": (layer, "application/octet-stream"),
        }


@contextmanager
def serve(registry: StaticRegistry) -> Iterator[int]:
    """Given a registry, serve it on a free port of 127.0.0.1 and yield the port; gone afterwards."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server calls
            body, kind = registry.bodies.get(self.path, (b"", ""))
            registry.requests.append(self.path)
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Docker-Content-Digest", _digest(body))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 # as above

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 # the signature of http.server
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
