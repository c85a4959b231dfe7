#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What else of the network containers use: routing tables, traffic control,
# tunnels, ppp, ipsec and wireguard.
# kernels: 6.1 6.12
# check: 6.1
# shellcheck source-path=SCRIPTDIR
. ./lib.sh
. ./nettools.sh

a=431 b=432
A=10.43.0.1 B=10.43.0.2 H=10.43.1.1
ip_in() { in_ct "$1" ip "${@:2}"; }
ping_in() { in_ct "$1" ping -q -c 2 -i 0.3 -W 3 "${@:2}"; }

ip link add h0 type dummy
ip link set h0 up
ip addr add $H/32 dev h0
sysctl -q net.ipv4.ip_forward=1
modprobe tun
mkdir -p /dev/net
[ -c /dev/net/tun ] || mknod /dev/net/tun c 10 200
require "a container with the tools" tools_ct $a
require "another one" tools_ct $b
for id in $a $b; do
	vzctl set $id --devnodes net/tun:rw --netfilter full --save \
		--features ppp:on,ipip:on,ipgre:on,sit:on >/dev/null
	mkdir -p /vz/private/$id/etc/ppp
	: >/vz/private/$id/etc/ppp/options
done
vzctl set $a --ipadd $A --ipadd 10.43.0.11 --save >/dev/null
vzctl set $b --ipadd $B --save >/dev/null
require "start them" sh -c "vzctl start $a && vzctl start $b"
require "they reach each other" wait_for 30 ping_in $a $B

# ------------------------------------------------------------- routing --

check "a rule with a table of its own" ip_in $a rule add from 10.43.0.11 table 100
check "a route in it" ip_in $a route add blackhole $B/32 table 100
check "a rule by mark" ip_in $a rule add fwmark 7 table 200
check "a route in that" ip_in $a route add prohibit default table 200
check "the main table is used" ping_in $a $B
refused "the other one, by source" ping_in $a -I 10.43.0.11 $B
refused "the other one, by mark" ping_in $a -m 7 $B
ip_in $a rule del from 10.43.0.11 table 100
check "the rule is gone" ping_in $a -I 10.43.0.11 $B
check "a route with MTU and source" \
	ip_in $a route add $B/32 dev venet0 mtu 1300 src 10.43.0.11
check "the source is used" sh -c "vzctl exec3 $a ip route get $B | grep -q 'src 10.43.0.11'"
check "a packet that fits" ping_in $a -M 'do' -s 1200 $B
refused "one that does not" ping_in $a -M 'do' -s 1400 $B
ip_in $a route del $B/32

# ----------------------------------------------------- traffic control --

send() { # - milliseconds that 100 kB from a container to the host take
	local begin pid
	socat -u TCP4-LISTEN:7002,reuseaddr /dev/null &
	pid=$!
	sleep 0.3
	begin=$(date +%s%3N)
	in_ct $a sh -c "head -c 100000 /dev/zero | /usr/bin/socat -u - TCP4:$H:7002"
	wait $pid
	echo $(($(date +%s%3N) - begin))
}
fast=$(send)
check "tbf" in_ct $a tc qdisc add dev venet0 root tbf rate 400kbit burst 4kb latency 1s
slow=$(send)
echo "# 100 kB: $fast ms, with tbf $slow ms"
[ "$slow" -ge 1500 ] && [ "$slow" -gt $((fast + 1000)) ] &&
	ok "it slows down" || not_ok "it does not slow down"
check "htb in its place" in_ct $a tc qdisc replace dev venet0 root handle 1: htb default 1
check "a class" in_ct $a tc class add dev venet0 parent 1: classid 1:1 htb rate 400kbit burst 4kb
slow=$(send)
[ "$slow" -gt $((fast + 1000)) ] && ok "it slows down" || not_ok "it does not slow down: $slow ms"
check "fq_codel" in_ct $a tc qdisc replace dev venet0 root fq_codel
check "a filter with an action on lo" sh -c "
	vzctl exec3 $a tc qdisc add dev lo ingress &&
	vzctl exec3 $a tc filter add dev lo ingress matchall action police rate 1mbit burst 10k"
check "delete" in_ct $a tc qdisc del dev venet0 root

# ------------------------------------------------------------- tunnels --

# both KIND ADDRESS-A ADDRESS-B LINK-A LINK-B [PING-OPTION] - a device t in each
both() {
	local kind=$1 name=$2 opposite=$3
	check "$kind: a device" ip_in $a link add name tt0 $4
	check "$kind: the other end" ip_in $b link add name tt0 $5

	ip_in $a addr add "$name" dev tt0
	ip_in $b addr add "$opposite" dev tt0
	ip_in $a link set tt0 up
	ip_in $b link set tt0 up
	check "$kind: through it" wait_for 30 ping_in $a "${opposite%/*}"
	ip_in $a link del tt0
	ip_in $b link del tt0
}
both ipip 10.50.0.1/24 10.50.0.2/24 "type ipip local $A remote $B" \
	"type ipip local $B remote $A"
both gre 10.50.0.1/24 10.50.0.2/24 "type gre local $A remote $B" \
	"type gre local $B remote $A"
both sit fd50::1/64 fd50::2/64 "type sit local $A remote $B" \
	"type sit local $B remote $A"
both vxlan 10.50.0.1/24 10.50.0.2/24 \
	"type vxlan id 5 dstport 4789 local $A remote $B" \
	"type vxlan id 5 dstport 4789 local $B remote $A"
check "the default tunnel device of OpenVZ's features" ip_in $a link show tunl0

check "tap" ip_in $a tuntap add dev tap7 mode tap
in_ct $b socat TCP4-LISTEN:7003,reuseaddr TUN:10.51.0.2/24,up &
one=$!
sleep 1
in_ct $a socat TCP4:$B:7003 TUN:10.51.0.1/24,up &
other=$!
check "tun: through one" wait_for 30 ping_in $a 10.51.0.2
kill $one $other

cat >/vz/private/$b/usr/bin/answer <<-'END'
	#!/bin/sh
	exec /usr/sbin/pppd 115200 nodetach noauth local nodefaultroute \
		logfile /tmp/log 10.52.0.2:10.52.0.1
END
chmod +x /vz/private/$b/usr/bin/answer
in_ct $b socat TCP4-LISTEN:7004,reuseaddr EXEC:/usr/bin/answer,pty,rawer &
one=$!
sleep 1
in_ct $a pppd nodetach noauth local nodefaultroute 10.52.0.1:10.52.0.2 \
	pty "/usr/bin/socat - TCP4:$B:7004" >/tmp/log 2>&1 &
other=$!
check "ppp: through it" wait_for 30 ping_in $a 10.52.0.2
kill $one $other 2>/dev/null
sed 's/^/# /' /tmp/log /vz/private/$b/tmp/log

# --------------------------------------------------------------- ipsec --

key=0x000102030405060708090a0b0c0d0e0f10111213
for id in $a $b; do
	for spi in "1 $A $B" "2 $B $A"; do
		read -r n from to <<<"$spi"
		check "ipsec: a key in $id" ip_in $id xfrm state add src $from dst $to \
			proto esp spi "$n" reqid 1 mode transport \
			aead 'rfc4106(gcm(aes))' $key 128
		dir=in
		[ "$id$from" != $a$A ] && [ "$id$from" != $b$B ] || dir=out
		check "ipsec: a policy in $id" ip_in $id xfrm policy add src $from \
			dst $to dir $dir tmpl src $from dst $to proto esp \
			reqid 1 mode transport
	done
done
check "ipsec: through it" ping_in $a $B
used() { ip_in "$1" -s xfrm state | grep -A1 'lifetime current' | grep -c ' [1-9][0-9]*(packets)'; }
same "ipsec: both directions were" "$(used $b)" 2
for id in $a $b; do
	ip_in $id xfrm policy flush
	ip_in $id xfrm state flush
done
check "ipsec: without it" ping_in $a $B
same "the host has none of it" "$(ip xfrm state; ip xfrm policy)" ""

# ----------------------------------------------------------- wireguard --

# wireguard CTID ADDRESS PEER-KEY PEER-IP PEER-INNER
wireguard() {
	ip_in $1 link add wg0 type wireguard &&
		in_ct $1 sh -c "umask 077; /usr/bin/wg genkey >/etc/wg.key" &&
		in_ct $1 wg set wg0 private-key /etc/wg.key listen-port 51820 &&
		ip_in $1 addr add $2/24 dev wg0 && ip_in $1 link set wg0 up
}
peer() { in_ct $1 wg set wg0 peer "$2" allowed-ips $3/32 endpoint $4:51820; }
key_of() { in_ct $1 sh -c '/usr/bin/wg pubkey </etc/wg.key'; }
check "wireguard: a device" wireguard $a 10.53.0.1
check "wireguard: another" wireguard $b 10.53.0.2
check "wireguard: a peer" peer $a "$(key_of $b)" 10.53.0.2 $B
check "wireguard: the other" peer $b "$(key_of $a)" 10.53.0.1 $A
check "wireguard: through it" wait_for 30 ping_in $a 10.53.0.2
ip link add wg0 type wireguard
(umask 077; wg genkey >/tmp/wg.key)
wg set wg0 private-key /tmp/wg.key listen-port 51821 peer "$(key_of $a)" \
	allowed-ips 10.53.0.1/32 endpoint $A:51820
ip addr add 10.53.0.3/24 dev wg0
ip link set wg0 up
check "wireguard: the host as a peer" in_ct $a wg set wg0 \
	peer "$(wg pubkey </tmp/wg.key)" allowed-ips 10.53.0.3/32 endpoint $H:51821
check "wireguard: through it" wait_for 30 ping_in $a 10.53.0.3
ip link del wg0

# What was not given to it.
vzctl set $b --devnodes net/tun:none --features ppp:off --save --setmode restart >/dev/null
refused "no tun without the device" ip_in $b tuntap add dev tun8 mode tun
refused "no ppp without the feature" in_ct $b test -e /dev/ppp

jobs -p | xargs -r kill 2>/dev/null
for id in $a $b; do
	check "stop and destroy" sh -c "vzctl stop $id --fast && vzctl destroy $id"
done
finish
