#!/bin/sh
# made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
# Run as root before the engine starts its containers, where there is no systemd.
set -eu
state="${RUN:-/run}"/rtcstack-falcot
if [ ! -e /sys/class/net/eth0.10 ]; then
    mkdir -p "$state"
    echo eth0.10 >"$state/vlan"
    ip link add link eth0 name eth0.10 type vlan id 10
fi
[ ! -e "$state/vlan" ] || ip link set eth0.10 up
if [ -e /sys/class/net/falcot-host ] && ! ip -o -d link show falcot-host | grep -qw ipvlan; then
    ip link del falcot-host
fi
if [ ! -e /sys/class/net/falcot-host ]; then
    ip link add falcot-host link eth0.10 type ipvlan mode l2
fi
ip addr replace 198.51.100.2/32 dev falcot-host
echo 0 >"${NET:-/proc/sys/net}/ipv6/conf/falcot-host/accept_ra"
ip addr replace 2001:db8:1000:2000::2/128 dev falcot-host nodad
ip link set falcot-host up
ip route replace 198.51.100.10/32 dev falcot-host
ip -6 route replace 2001:db8:1000:2000::10/128 dev falcot-host
ip route replace 198.51.100.12/32 dev falcot-host
ip -6 route replace 2001:db8:1000:2000::12/128 dev falcot-host
ip route replace 198.51.100.14/32 dev falcot-host
ip -6 route replace 2001:db8:1000:2000::14/128 dev falcot-host
ip route replace 198.51.100.16/32 dev falcot-host
ip -6 route replace 2001:db8:1000:2000::16/128 dev falcot-host
ip route replace 198.51.100.17/32 dev falcot-host
ip -6 route replace 2001:db8:1000:2000::17/128 dev falcot-host
ip -4 -o addr show dev falcot-host scope global | while read -r _ _ _ have _; do
    case $have in 198.51.100.2/32) ;; *) ip -4 addr del "$have" dev falcot-host ;; esac
done
ip -4 route show dev falcot-host | while read -r have _; do
    case $have in 198.51.100.10 | 198.51.100.12 | 198.51.100.14 | 198.51.100.16 | 198.51.100.17) ;; *) ip -4 route del "$have" dev falcot-host ;; esac
done
ip -6 -o addr show dev falcot-host scope global | while read -r _ _ _ have _; do
    case $have in 2001:db8:1000:2000::2/128) ;; *) ip -6 addr del "$have" dev falcot-host ;; esac
done
ip -6 route show dev falcot-host | while read -r have _; do
    case $have in 2001:db8:1000:2000::10 | 2001:db8:1000:2000::12 | 2001:db8:1000:2000::14 | 2001:db8:1000:2000::16 | 2001:db8:1000:2000::17 | fe80::* | 2001:db8:1000:2000::2) ;; *) ip -6 route del "$have" dev falcot-host ;; esac
done
