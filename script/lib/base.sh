# shellcheck shell=bash
# The base image of all services: pulled where a registry answers, made from the Debian mirror where none does.

# set_up_base: the image is there afterwards; what makes it is installed only where it cannot be pulled.
set_up_base() {
  if in_python 'sys.exit(3 if lacks_maker() else 0)' >> "$LOG" 2>&1; then code=0; else code=$?; fi
  if [ "$code" -eq 3 ]; then
    if [ "$(id -u)" -eq 0 ] || [ -u /usr/bin/newuidmap ]; then install_missing mmdebstrap; else install_missing mmdebstrap uidmap; fi
  fi
  step "Base image" in_python "ensure_base_image(print, Path(sys.argv[1]))" "$LOG" || exit 1
}

in_python() {
  .venv/bin/python -c "import sys; from pathlib import Path
from rtcstack.engine.base_image import ensure_base_image, lacks_maker
from rtcstack.errors import RtcstackError
try:
    $1
except RtcstackError as error:
    sys.exit(f'{error.message}\n{error.hint}')" "${@:2}"
}
