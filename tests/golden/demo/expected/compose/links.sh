#!/bin/sh
# made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
# Run as root before the engine starts its containers, where there is no systemd.
set -eu
[ -e /sys/class/net/falcot-lan ] || ip link add falcot-lan type veth peer name falcot-peer
ip link set falcot-peer up
ip link set falcot-lan up
if [ -e /sys/class/net/falcot-host ] && ! ip -o -d link show falcot-host | grep -qw macvlan; then
    ip link del falcot-host
fi
if [ ! -e /sys/class/net/falcot-host ]; then
    ip link add falcot-host link falcot-lan type macvlan mode bridge
fi
ip addr replace 198.51.100.2/32 dev falcot-host
echo 0 >"${NET:-/proc/sys/net}/ipv6/conf/falcot-host/accept_ra"
ip addr replace 2001:db8:1000:2000::2/128 dev falcot-host nodad
ip link set falcot-host up
ip route replace 198.51.100.0/24 dev falcot-host
ip -6 route replace 2001:db8:1000:2000::/64 dev falcot-host
ip -4 -o addr show dev falcot-host scope global | while read -r _ _ _ have _; do
    case $have in 198.51.100.2/32) ;; *) ip -4 addr del "$have" dev falcot-host ;; esac
done
ip -4 route show dev falcot-host | while read -r have _; do
    case $have in 198.51.100.0/24) ;; *) ip -4 route del "$have" dev falcot-host ;; esac
done
ip -6 -o addr show dev falcot-host scope global | while read -r _ _ _ have _; do
    case $have in 2001:db8:1000:2000::2/128) ;; *) ip -6 addr del "$have" dev falcot-host ;; esac
done
ip -6 route show dev falcot-host | while read -r have _; do
    case $have in 2001:db8:1000:2000::/64 | fe80::* | 2001:db8:1000:2000::2) ;; *) ip -6 route del "$have" dev falcot-host ;; esac
done
