# shellcheck shell=bash
# The base image of all services: pulled where a registry answers, made from the Debian mirror where none does.

# missing_for_base: the package that makes the image, if the image is not there, cannot be pulled, and nothing can make it.
missing_for_base() {
  local code=0
  .venv/bin/python -c 'import sys; from rtcstack.engine.base_image import lacks_maker; sys.exit(3 if lacks_maker() else 0)' \
    2>> "$LOG" || code=$?
  case "$code" in
    0) ;;
    3) echo mmdebstrap ;;
    *) die 1 "Looking for the base image failed. The whole output: $LOG" ;;
  esac
}
