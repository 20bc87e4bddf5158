# shellcheck shell=bash
# The few commands that need root: installing packages and starting the engine. Nothing else uses sudo.

# as_root COMMAND…: run it as root, by sudo if need be; never asks for a password behind a log file.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi
}

# need_root WHY COMMAND: make sure that as_root will work, asking for the sudo password now and visibly.
need_root() {
  local why=$1 command=$2
  [ "$(id -u)" -eq 0 ] && return 0
  command -v sudo > /dev/null ||
    die 1 "$why needs root, and there is no sudo here. Become root (su -), then run this again or type:" "  $command"
  say "$why needs root (sudo): $command"
  sudo -v || die 1 "sudo did not let $(id -un) in. Ask an administrator to type:" "  $command"
}
