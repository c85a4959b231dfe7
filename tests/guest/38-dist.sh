#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.12
# What the scripts of the distributions do to a container's own network tools:
# Debian 12 with ifupdown and with systemd-networkd, and busybox with nothing.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=381 dir=/vz/private/381
in_ct() { vzctl exec2 $ct "$@"; }
addresses() { in_ct "ip -o addr show dev venet0 scope global" | awk '{ print $4 }' | sort | xargs; }
routes() { in_ct 'ip route show default; ip -6 route show default' | sed 's/ *\(proto\|metric\|pref\) [^ ]*//g; s/ *$//'; }
both_routes=$(printf 'default dev venet0 scope link\ndefault via fe80::1 dev venet0')
healthy() { # WHAT
	same "$1: the system runs" "$(in_ct systemctl is-system-running)" running
	same "$1: no unit failed" "$(in_ct 'systemctl --failed --no-legend --plain')" ""
}

# ------------------------------------------------------------- ifupdown --

# the host has no other address to answer to
ip addr add 10.38.9.1/32 dev venet0
require "create from the Debian template" vzctl create $ct \
	--ostemplate debian-12-x86_64-minimal --hostname deb.example
echo '# mine' >>$dir/etc/network/interfaces
echo '192.0.2.99 other' >>$dir/etc/hosts
echo 'options edns0' >>$dir/etc/resolv.conf
mine=$(cat $dir/etc/network/interfaces)
check "addresses and name servers" vzctl set $ct --ipadd 10.38.0.1 \
	--ipadd 10.38.1.1/24 --ipadd fd38::1 --nameserver 192.0.2.53 \
	--nameserver 2001:db8::53 --searchdomain a.example --searchdomain b.example --save
run_expect 0 "start and wait" vzctl start $ct --wait
same "without a warning" "$stderr" ""
healthy "start"
same "its addresses" "$(addresses)" "10.38.0.1/32 10.38.1.1/24 fd38::1/128"
same "its routes" "$(routes)" "$both_routes"
same "its name servers" "$(in_ct cat /etc/resolv.conf)" "options edns0
search a.example b.example
nameserver 192.0.2.53
nameserver 2001:db8::53"
same "its name" "$(in_ct hostname -f)" deb.example
same "by its first address" "$(in_ct 'getent -s files hosts deb.example')" \
	"10.38.0.1       deb.example deb"
check "what was in the file of hosts" in_ct 'getent -s files hosts other'
check "the interface is configured for its tools" in_ct 'ifquery --state venet0'
same "the administrator's file is as it was" "$(cat $dir/etc/network/interfaces)" "$mine"
check "it can be reached" ping -q -c 1 -W 3 10.38.0.1

check "restart its networking" in_ct 'systemctl restart networking'
same "the addresses" "$(addresses)" "10.38.0.1/32 10.38.1.1/24 fd38::1/128"
same "the routes" "$(routes)" "$both_routes"
healthy "after that"

check "add and delete while it runs" vzctl set $ct --ipadd 10.38.0.2 --ipdel 10.38.1.1 --save
check "restart its networking" in_ct 'systemctl restart networking'
same "the addresses" "$(addresses)" "10.38.0.1/32 10.38.0.2/32 fd38::1/128"
check "delete all" vzctl set $ct --ipdel all --save
check "restart its networking" in_ct 'systemctl restart networking'
same "there is none" "$(addresses)" ""
refused "and none in a file" test -e $dir/etc/network/interfaces.d/venet0

# --------------------------------------------- name servers while it runs --

run_expect 0 "other name servers" vzctl set $ct --nameserver 192.0.2.1 --nameserver 192.0.2.2 --save
same "it says so" "$(head -n 1 <<<"$stdout")" "File resolv.conf was modified"
same "they are there" "$(in_ct grep nameserver /etc/resolv.conf)" "nameserver 192.0.2.1
nameserver 192.0.2.2"
same "the domains stayed" "$(in_ct grep search /etc/resolv.conf)" "search a.example b.example"
same "they are saved" "$(grep ^NAMESERVER /etc/vz/conf/$ct.conf)" 'NAMESERVER="192.0.2.1 192.0.2.2"'
check "another domain" vzctl set $ct --searchdomain c.example --save
same "it is there" "$(in_ct grep search /etc/resolv.conf)" "search c.example"
same "the name servers stayed" "$(in_ct grep -c nameserver /etc/resolv.conf)" 2
cp -a /etc/resolv.conf /tmp/resolv.conf 2>/dev/null
mkdir -p /run/systemd/resolve
printf '%s\n' 'nameserver 127.0.0.53' 'search stub.example' >/etc/resolv.conf
printf '%s\n' 'nameserver 198.51.100.1' 'nameserver fe80::1%eth0' 'search host.example' \
	>/run/systemd/resolve/resolv.conf
check "those of the host" vzctl set $ct --nameserver inherit --searchdomain inherit --save
same "are the real ones" "$(in_ct cat /etc/resolv.conf)" "options edns0
search host.example
nameserver 198.51.100.1"
run_expect 21 "no address" vzctl set $ct --nameserver nowhere --save
run_expect 21 "no domain" vzctl set $ct --searchdomain 'a;b' --save
check "another host name" vzctl set $ct --hostname two.example --save
same "is in the file of hosts, once" "$(in_ct grep -c Auto-generated /etc/hosts)" 1
same "by name" "$(in_ct hostname -f)" two.example

# ----------------------------------------------------- systemd-networkd --

check "another tool" in_ct 'systemctl -q --root=/ disable networking &&
	systemctl -q --root=/ enable systemd-networkd systemd-networkd-wait-online'
check "addresses" vzctl set $ct --ipadd 10.38.0.1 --ipadd 10.38.1.1/24 --ipadd fd38::1 --save
check "stop" vzctl stop $ct --fast
run_expect 0 "start with systemd-networkd" vzctl start $ct --wait
same "without a warning" "$stderr" ""
healthy "networkd"
refused "ifupdown has nothing" test -e $dir/etc/network/interfaces.d/venet0
same "its addresses" "$(addresses)" "10.38.0.1/32 10.38.1.1/24 fd38::1/128"
same "its routes" "$(routes)" "$both_routes"
check "the interface is configured for it" in_ct \
	'networkctl --no-pager --no-legend | grep "venet0 .*routable *configured"'
check "restart it" in_ct 'systemctl restart systemd-networkd systemd-networkd-wait-online'
same "the addresses" "$(addresses)" "10.38.0.1/32 10.38.1.1/24 fd38::1/128"
check "add and delete while it runs" vzctl set $ct --ipadd 10.38.0.2 --ipdel 10.38.1.1 --save
check "restart it" in_ct 'systemctl restart systemd-networkd systemd-networkd-wait-online'
same "the addresses" "$(addresses)" "10.38.0.1/32 10.38.0.2/32 fd38::1/128"
same "the routes" "$(routes)" "$both_routes"
healthy "after that"
check "stop and destroy" sh -c "vzctl stop $ct --fast && vzctl destroy $ct"

# -------------------------------------------------------------- nothing --

require "create busybox" vzctl create $ct --ostemplate busybox --hostname box
vzctl set $ct --ipadd 10.38.0.1 --ipadd fd38::1 --nameserver 192.0.2.53 --save >/dev/null
run_expect 0 "start it" vzctl start $ct
same "without a warning" "$stderr" ""
refused "nothing for the network is written" test -e $dir/etc/network
same "its addresses" "$(in_ct 'ip -o addr show dev venet0' | grep -c -e 10.38.0.1/32 -e fd38::1/128)" 2
same "its name server" "$(in_ct cat /etc/resolv.conf)" "nameserver 192.0.2.53"

# ---------------------------------------------------------- when they fail --

scripts=/etc/vz/dists/scripts
cp -a $scripts /tmp/scripts
echo 'echo what is wrong >&2; exit 1' >$scripts/set_dns.sh
echo 'exit 1' >$scripts/set_hostname.sh
run_expect 72 "name servers" vzctl set $ct --nameserver 192.0.2.1 --save
same "say why" "$(grep -c 'what is wrong' <<<"$stderr")" 1
same "and are not saved" "$(grep ^NAMESERVER /etc/vz/conf/$ct.conf)" 'NAMESERVER="192.0.2.53"'
run_expect 73 "domains" vzctl set $ct --searchdomain d.example --save
run_expect 70 "host name" vzctl set $ct --hostname no.example --save
vzctl stop $ct --fast >/dev/null
run_expect 0 "it starts nevertheless" vzctl start $ct
same "with a warning" "$(grep -c '^Warning: The scripts of the distribution failed' <<<"$stderr")" 1
check "that leads to the console" sh -c "
	timeout 5 vzctl console $ct </dev/null | grep -q 'Failed: SET_DNS SET_HOSTNAME'"
vzctl stop $ct --fast >/dev/null
run_expect 0 "not run if not wanted" vzctl start $ct --skip_ve_setup
same "no warning then" "$stderr" ""
rm -r $scripts
run_expect 108 "no script" vzctl set $ct --nameserver 192.0.2.1 --save
vzctl stop $ct --fast >/dev/null
run_expect 0 "it starts without them" vzctl start $ct
same "with a warning" "$(grep -c '^Warning: Unable to read' <<<"$stderr")" 1
cp -a /tmp/scripts $scripts
check "stop and destroy" sh -c "vzctl stop $ct --fast && vzctl destroy $ct"
ip addr del 10.38.9.1/32 dev venet0
[ ! -e /tmp/resolv.conf ] || cp -a /tmp/resolv.conf /etc/resolv.conf
rm -f /run/systemd/resolve/resolv.conf
finish
