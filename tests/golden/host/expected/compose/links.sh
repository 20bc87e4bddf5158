#!/bin/sh
# made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
# Run as root before the engine starts its containers, where there is no systemd.
set -eu
state="${RUN:-/run}"/rtcstack-falcot
if [ -e "$state/addresses" ]; then
    while read -r old on; do
        case "$old $on" in "198.51.100.10/24 eth0" | "2001:db8:1000:2000::10/64 eth0" | "198.51.100.12/24 eth0" | "2001:db8:1000:2000::12/64 eth0" | "198.51.100.14/24 eth0" | "2001:db8:1000:2000::14/64 eth0" | "198.51.100.16/24 eth0" | "2001:db8:1000:2000::16/64 eth0" | "198.51.100.17/24 eth0" | "2001:db8:1000:2000::17/64 eth0") ;; *) ip addr del "$old" dev "$on" 2>/dev/null || true ;; esac
    done <"$state/addresses"
fi
mkdir -p "$state"
touch "$state/addresses"
: >"$state/addresses.new"
for address in 198.51.100.10/24 2001:db8:1000:2000::10/64 198.51.100.12/24 2001:db8:1000:2000::12/64 198.51.100.14/24 2001:db8:1000:2000::14/64 198.51.100.16/24 2001:db8:1000:2000::16/64 198.51.100.17/24 2001:db8:1000:2000::17/64; do
    if [ -z "$(ip -o addr show to "${address%/*}")" ]; then
        case $address in *:*) quick=nodad ;; *) quick= ;; esac
        echo "$address eth0" >>"$state/addresses"
        ip addr add "$address" dev eth0 $quick
    fi
    ! grep -qxF "$address eth0" "$state/addresses" || echo "$address eth0" >>"$state/addresses.new"
done
mv "$state/addresses.new" "$state/addresses"
now=$(cat "${NET:-/proc/sys/net}/ipv4/ip_unprivileged_port_start")
before=$now
for other in "${RUN:-/run}"/rtcstack-*/port; do
    [ ! -e "$other" ] || read -r before <"$other"
done
if [ "$before" -gt 443 ]; then
    mkdir -p "$state"
    [ -e "$state/port" ] || echo "$before" >"$state/port"
    [ "$now" -le 443 ] || echo 443 >"${NET:-/proc/sys/net}/ipv4/ip_unprivileged_port_start"
fi
[ ! -e /sys/class/net/falcot-host ] || ip link del falcot-host
[ ! -e /sys/class/net/falcot-lan ] || ip link del falcot-lan
