#!/bin/sh
# made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
# Run as root before the engine starts its containers, where there is no systemd.
set -eu
if [ -e /sys/class/net/office-host ] && ! ip -o -d link show office-host | grep -qw macvlan; then
    ip link del office-host
fi
if [ ! -e /sys/class/net/office-host ]; then
    ip link add office-host link eth0 type macvlan mode bridge
fi
ip addr replace 192.168.7.98/32 dev office-host
ip link set office-host up
ip route replace 192.168.7.106/32 dev office-host
ip route replace 192.168.7.107/32 dev office-host
ip route replace 192.168.7.108/32 dev office-host
ip route replace 192.168.7.110/32 dev office-host
ip route replace 192.168.7.112/32 dev office-host
ip route replace 192.168.7.113/32 dev office-host
ip -4 -o addr show dev office-host scope global | while read -r _ _ _ have _; do
    case $have in 192.168.7.98/32) ;; *) ip -4 addr del "$have" dev office-host ;; esac
done
ip -4 route show dev office-host | while read -r have _; do
    case $have in 192.168.7.106 | 192.168.7.107 | 192.168.7.108 | 192.168.7.110 | 192.168.7.112 | 192.168.7.113) ;; *) ip -4 route del "$have" dev office-host ;; esac
done
ip -6 -o addr show dev office-host scope global | while read -r _ _ _ have _; do
    case $have in none) ;; *) ip -6 addr del "$have" dev office-host ;; esac
done
ip -6 route show dev office-host | while read -r have _; do
    case $have in fe80::*) ;; *) ip -6 route del "$have" dev office-host ;; esac
done
