# shellcheck shell=bash
# Python: a virtual environment in the checkout, with the locked dependencies and the package itself.

PYTHON=

# find_python: the first interpreter that is new enough, best one that can make virtual environments.
find_python() {
  local name wanted
  for wanted in 'import sys, venv, ensurepip' 'import sys'; do
    for name in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
      command -v "$name" > /dev/null || continue
      "$name" -c "$wanted; sys.exit(sys.version_info < (3, 11))" 2> /dev/null || continue
      PYTHON=$(command -v "$name")
      return 0
    done
  done
  die 1 "rtcstack needs Python 3.11 or newer; here is: $(python3 --version 2>&1 || true)." \
    "Debian 12 and 13 have it:  apt-get install python3"
}

# missing_for_python: Debian's package that makes virtual environments, if it is not there.
missing_for_python() {
  "$PYTHON" -c 'import venv, ensurepip' 2> /dev/null || echo python3-venv
}

# Everything that the environment's content follows from; while it is unchanged there is nothing to do.
fingerprint() {
  { "$PYTHON" --version; pwd; cat pyproject.toml "$1"; } | sha256sum
}

# compile_sources: byte code for our own modules, which pip compiles only for packages; where writing it is switched off, every
# command would compile them anew.
compile_sources() {
  .venv/bin/python -m compileall -q rtcstack || true
}

# make_venv LOCK: the environment holds what the lock file says, afterwards.
make_venv() {
  local lock=$1 stamp=.venv/.made-from-$1 pip=(.venv/bin/python -m pip --disable-pip-version-check)
  exec 9< . && flock 9 # two of these scripts may run at once
  if [ -x .venv/bin/rtcstack ] && [ "$(cat "$stamp" 2> /dev/null)" = "$(fingerprint "$lock")" ]; then
    compile_sources
    exec 9<&-
    return 0
  fi
  if ! .venv/bin/python -c 'import pip' 2> /dev/null || [ "$(cat .venv/.checkout 2> /dev/null)" != "$PWD" ]; then
    step "Virtual environment" "$PYTHON" -m venv --clear .venv || exit 1
    pwd > .venv/.checkout
  fi
  step "Dependencies from $lock" "${pip[@]}" install --require-hashes --requirement "$lock" || exit 1
  step "rtcstack itself" "${pip[@]}" install --no-deps --no-build-isolation --editable . || exit 1
  fingerprint "$lock" > "$stamp"
  compile_sources
  exec 9<&-
}
