"""Files into the services' volumes with the right uid, gid and mode, though the caller is not root.

Each volume holds whole generations: `gen-DIGEST` with `current` pointing at it, and `tls-DIGEST` with `tls`. A new generation
is unpacked beside the old one, synced, and switched by renaming a symbolic link, so that a kill or a full disk at any moment
leaves the old one in use. One short-lived container without network does it for one service at a time.
"""

from collections.abc import Mapping

from rtcstack.engine.docker import Engine
from rtcstack.engine.tar import tar_of
from rtcstack.errors import WorldError

Files = Mapping[str, tuple[bytes, int, int, int]]

_SCRIPT = """
set -eu
cd /volume
kind=$1 digest=$2 link=$3
rm -rf .incoming
mkdir -m 0755 .incoming
tar -x -p --same-owner --numeric-owner -f - -C .incoming
sync -f .incoming
rm -rf "$kind-$digest"
mv -T .incoming "$kind-$digest"
ln -sfn "$kind-$digest" ".$link"
mv -T ".$link" "$link"
sync -f .
for old in "$kind"-*; do [ "$old" = "$kind-$digest" ] || rm -rf "$old"; done
"""
_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER")


def deliver(engine: Engine, image: str, volume: str, link: str, digest: str, files: Files) -> None:
    """Given a volume, put these files there as one generation and point `link` ("current" or "tls") at it.

    Raise WorldError if that failed; the generation in use is then the old one.
    """
    kind = "gen" if link == "current" else link
    argv = ["sh", "-c", _SCRIPT, "deliver", kind, digest, link]
    result = engine.run(image, argv, capabilities=_CAPABILITIES, volumes={volume: "/volume"}, stdin=tar_of(files))
    if result.exit_code != 0:
        detail = result.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise WorldError(
            f"files could not be put into the volume {volume}: {detail[0]}", hint="See `df -h` and `docker volume ls`."
        )
