#!/bin/sh
# made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
# Run as root before the engine starts its containers, where there is no systemd.
set -eu
