# shellcheck shell=bash
# Words for people: what is being done and how long it took, and refusals that end in what to type.
# Standard error only; whatever a step prints goes to the log, whose path is shown when the step fails.

LOG=${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/rtcstack/set-up.log

say() { printf '%s\n' "$*" >&2; }

# die CODE SENTENCE…: 1 when the world failed, 2 when the request cannot be met and nothing was changed.
die() {
  local code=$1 line
  shift
  for line in "$@"; do printf '%s\n' "$line" >&2; done
  exit "$code"
}

start_log() {
  mkdir -p "${LOG%/*}"
  printf '# %s, %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$0" > "$LOG"
}

# step LABEL COMMAND…: run it with its output in the log; say the label before and the seconds after.
step() {
  local label=$1 start=$SECONDS code=0
  shift
  printf '  %-44s ' "$label" >&2
  printf '\n+ %s\n' "$*" >> "$LOG"
  "$@" >> "$LOG" 2>&1 < /dev/null || code=$?
  if [ "$code" -ne 0 ]; then
    printf 'failed after %d s (exit %d)\n' "$((SECONDS - start))" "$code" >&2
    tail -n 5 "$LOG" | sed 's/^/    | /' >&2
    say "  The whole output: $LOG"
    return "$code"
  fi
  printf '%d s\n' "$((SECONDS - start))" >&2
}
