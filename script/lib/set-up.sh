# shellcheck shell=bash
# What script/demo and script/test have in common: after set_up the engine answers and .venv holds rtcstack.

LIB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=script/lib/say.sh
. "$LIB/say.sh"
# shellcheck source=script/lib/root.sh
. "$LIB/root.sh"
# shellcheck source=script/lib/apt.sh
. "$LIB/apt.sh"
# shellcheck source=script/lib/trixie.sh
. "$LIB/trixie.sh"
# shellcheck source=script/lib/engine.sh
. "$LIB/engine.sh"
# shellcheck source=script/lib/python.sh
. "$LIB/python.sh"
# shellcheck source=script/lib/base.sh
. "$LIB/base.sh"

INSTALL=yes

# set_up LOCK [PACKAGE…]: engine, Python environment from that lock file, further packages (of the tests).
set_up() {
  local lock=$1 missing
  shift
  start_log
  say "Set-up (log: $LOG)"
  find_python
  # shellcheck disable=SC2046 # package names have no spaces
  missing=$(printf '%s\n' $(missing_for_engine) $(missing_for_python) $(missing_packages "$@"))
  # shellcheck disable=SC2086
  [ -z "$missing" ] || install_missing $missing
  start_engine
  make_venv "$lock"
}

missing_packages() {
  local package
  for package in "$@"; do
    if [ "$package" = docker-buildx ] && has_buildx; then continue; fi
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed || echo "$package"
  done
}

# install_missing PACKAGE…: all that is missing, or a refusal that names it.
install_missing() {
  local packages=() files=()
  if ! is_debian; then
    die 1 "This is $(os_field PRETTY_NAME), and only Debian 12 and 13 are set up by themselves." \
      "Install what is missing with its own means, then run this again: $(spoken "$@")"
  fi
  if [ "$INSTALL" = no ]; then
    die 2 "Missing: $(spoken "$@"). Nothing was installed." "Without --no-install this is installed from Debian's packages."
  fi
  say "  Missing: $(spoken "$@")"
  apt_update
  choose "$@"
  [ "${#packages[@]}" -eq 0 ] || apt_install "${packages[@]}"
  [ "${#files[@]}" -eq 0 ] || install_files "${files[@]}"
}

# spoken PACKAGE…: package names as what they stand for.
spoken() {
  local name text=()
  for name in "$@"; do
    case "$name" in
      docker.io) text+=("a Docker Engine, 20.10 or newer (package docker.io)") ;;
      docker-cli) text+=("the Docker client (package docker-cli)") ;;
      docker-compose) text+=("the Docker Compose plugin, version 2 (package docker-compose)") ;;
      docker-buildx) text+=("the Docker build plugin (package docker-buildx)") ;;
      python3-venv) text+=("Python's virtual environments (package python3-venv)") ;;
      mmdebstrap) text+=("a container registry that answers, or a means to make the base image (package mmdebstrap)") ;;
      *) text+=("package $name") ;;
    esac
  done
  printf '%s' "${text[0]}"
  [ "${#text[@]}" -eq 1 ] || printf '; %s' "${text[@]:1}"
}
