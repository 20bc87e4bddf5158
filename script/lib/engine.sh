# shellcheck shell=bash
# The Docker Engine: one that answers is used as it is; one that is installed is started, never replaced; none is installed.

ENGINE_LOG=/var/log/dockerd.log
PLUGINS=/usr/local/lib/docker/cli-plugins

# ask_engine: how the engine is, as an exit status (see ask_engine.py).
ask_engine() { timeout 30 python3 "$LIB/ask_engine.py"; }

has_compose() { docker compose version > /dev/null 2>&1; }
has_buildx() { docker buildx version > /dev/null 2>&1; }
has_dockerd() { command -v dockerd > /dev/null || [ -x /usr/sbin/dockerd ] || [ -x /usr/bin/dockerd ]; }

# missing_for_engine: what is not there yet, one a line, in Debian's package names.
missing_for_engine() {
  local state=0
  ask_engine || state=$?
  [ "$state" -ne 12 ] || has_dockerd || [ -n "${DOCKER_HOST:-}" ] || echo docker.io
  command -v docker > /dev/null || echo docker-cli
  has_compose || echo docker-compose
}

# choose MISSING…: fill the arrays `packages` and `files`. Packages come from the distribution; the client and its plugins
# come singly from Debian 13 where the distribution's own are older (Debian 12 has the Compose of another age and no buildx),
# or where the engine is another vendor's.
choose() {
  local name
  for name in "$@"; do
    case "$name" in
      docker.io)
        packages+=(docker.io ca-certificates)
        # With AppArmor in the kernel the engine needs its loader to start any container.
        if [ "$(cat /sys/module/apparmor/parameters/enabled 2> /dev/null)" = Y ]; then packages+=(apparmor); fi ;;
      docker-cli)
        # Debian 12's docker.io brings the client along.
        if fits docker-cli 1; then packages+=(docker-cli)
        elif ! [[ " $* " = *" docker.io "* ]]; then files+=(docker-cli); fi ;;
      # Compose 1 was another program.
      docker-compose) if fits "$name" 2; then packages+=("$name"); else files+=("$name"); fi ;;
      docker-buildx) if fits "$name" 0; then packages+=("$name"); else files+=("$name"); fi ;;
      *) packages+=("$name") ;;
    esac
  done
}

# fits PACKAGE VERSION: whether apt would install at least that version, and this engine is Debian's.
fits() { candidate_is "$@" && ! of_docker_ce; }
of_docker_ce() { dpkg-query -W -f '${db:Status-Abbrev}' docker-ce docker-ce-cli 2> /dev/null | grep -q '^ii'; }

install_files() {
  local folder package
  folder=$(mktemp -d)
  for package in "$@"; do
    say "  From Debian 13's package $package: its one program, without the rest"
    step "Fetching $package" fetch_from_trixie "$folder" "$package" || exit 1
  done
  need_root "Installing $*" "install -D … $PLUGINS/"
  for package in "$@"; do
    case "$package" in
      docker-cli) step "Installing docker" as_root install -D -m 0755 "$folder/tree/usr/bin/docker" /usr/local/bin/docker ;;
      *) step "Installing $package" as_root install -D -m 0755 "$folder/tree/usr/libexec/docker/cli-plugins/$package" "$PLUGINS/$package" ;;
    esac || exit 1
  done
  rm -rf "$folder"
}

# start_engine: the engine answers afterwards, or the script ends with what to type.
start_engine() {
  local state=0
  ask_engine || state=$?
  if [ "$state" -eq 12 ] && [ -z "${DOCKER_HOST:-}" ]; then
    if [ -d /run/systemd/system ]; then
      need_root "Starting the Docker Engine" "systemctl start docker.service"
      step "Starting the Docker Engine" as_root systemctl start docker.service ||
        die 1 "The Docker Engine did not start. Type:  journalctl --unit docker.service --lines 30"
    else
      need_root "Starting the Docker Engine" "dockerd"
      step "Starting the Docker Engine" as_root "$LIB/start-dockerd" "$ENGINE_LOG" ||
        die 1 "The Docker Engine did not start. Its own log: $ENGINE_LOG"
    fi
    state=0
    ask_engine || state=$?
  fi
  case "$state" in
    0) ;;
    10) die 1 "The Docker Engine is older than 20.10. Install a newer one, then run this again." ;;
    11) tell_docker_group ;;
    *)
      [ -z "${DOCKER_HOST:-}" ] || die 1 "The Docker Engine at $DOCKER_HOST (DOCKER_HOST) does not answer." \
        "To use this machine's own engine:  unset DOCKER_HOST"
      die 1 "The Docker Engine does not answer. Its log: journalctl --unit docker.service, or $ENGINE_LOG" ;;
  esac
}

tell_docker_group() {
  local user
  user=$(id -un)
  if id -nG "$user" | tr ' ' '\n' | grep -qx docker; then
    die 1 "$user was added to the group docker after this session began. Log out and in again, then run this again."
  fi
  die 1 "$user may not talk to the Docker Engine. Type this, log out and in again, then run this again:" \
    "  sudo usermod -aG docker $user"
}
