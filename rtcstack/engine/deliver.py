"""Files into the services' volumes with the right uid, gid and mode, though the caller is not root.

Each volume holds whole generations: `gen-DIGEST` with `current` pointing at it, `tls-DIGEST` with `tls`, and `live-DIGEST` with
`live`. A new generation is unpacked beside the old one, synced, and switched by renaming a symbolic link, so that a kill or a
full disk at any moment leaves the old one in use. One short-lived container without network does it for many volumes at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rtcstack.engine.docker import Engine
from rtcstack.engine.tar import tar_of
from rtcstack.errors import WorldError


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """Files for one volume: `link` will point at them; `files` maps paths to (content, mode, uid, gid)."""

    volume: str
    link: Literal["current", "tls", "live"]
    digest: str
    files: Mapping[str, tuple[bytes, int, int, int]] = field(repr=False)

    @property
    def place(self) -> str:
        """Where the volume is mounted while files are delivered."""
        return f"/volumes/{self.volume}"


_SCRIPT = """
set -eu
place=
# What a full disk left half-made must not keep it full.
trap '[ -z "$place" ] || rm -rf "$place/.incoming"' EXIT
sum() { tar -c --sort=name --mtime=@0 --numeric-owner -C "$1" . | sha256sum; }
work=$(mktemp -d /dev/shm/delivery.XXXXXX)
tar -x -p --same-owner --numeric-owner -f - -C "$work"
while [ $# -gt 0 ]; do
    place=$1 link=$2 digest=$3
    shift 3
    cd "$place"
    rm -rf .incoming
    cp -a "$work$place/$link" .incoming
    chmod 0755 .incoming
    sync -f .incoming
    kind=gen
    [ "$link" = current ] || kind=$link
    # One that is there and whole stays: somebody may be reading it.
    if [ -d "$kind-$digest" ] && [ "$(sum .incoming)" = "$(sum "$kind-$digest")" ]; then
        rm -rf .incoming
    else
        rm -rf "$kind-$digest"
        mv -T .incoming "$kind-$digest"
    fi
    ln -sfn "$kind-$digest" ".$link"
    mv -T ".$link" "$link"
    sync -f .
    for old in "$kind"-*; do [ "$old" = "$kind-$digest" ] || rm -rf "$old"; done
done
"""
_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER")


def deliver(engine: Engine, image: str, generations: Sequence[Generation]) -> None:
    """Given generations, put each into its volume and switch to it.

    Raise WorldError if that failed; what is in use is then the old one, or the new one, but whole.
    """
    if not generations:
        return
    files = {f"{g.place[1:]}/{g.link}/{path}": entry for g in generations for path, entry in g.files.items()}
    arguments = [word for g in generations for word in (g.place, g.link, g.digest)]
    result = engine.run(
        image, ["sh", "-c", _SCRIPT, "deliver", *arguments], capabilities=_CAPABILITIES,
        volumes={g.volume: g.place for g in generations}, stdin=tar_of(files),
    )  # fmt: skip
    if result.exit_code != 0:
        detail = result.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise WorldError(f"files could not be put into a volume: {detail[0]}", hint="See `df -h` and `docker volume ls`.")
