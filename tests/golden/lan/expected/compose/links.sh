#!/bin/sh
# made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
# Run as root before the engine starts its containers, where there is no systemd.
set -eu
[ -e /sys/class/net/office-host ] || ip link add office-host link eth0 type macvlan mode bridge
ip addr replace 192.168.7.98/32 dev office-host
ip link set office-host up
ip route replace 192.168.7.106/32 dev office-host
ip route replace 192.168.7.107/32 dev office-host
ip route replace 192.168.7.108/32 dev office-host
ip route replace 192.168.7.110/32 dev office-host
ip route replace 192.168.7.112/32 dev office-host
ip route replace 192.168.7.113/32 dev office-host
