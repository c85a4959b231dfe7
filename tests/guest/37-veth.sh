#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# check: 6.1
# Virtual Ethernet devices: bridges, the address filter, changes; devices of
# the host that are lent to a container.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2016,SC2154 # for shells inside; set by run_expect
. ./lib.sh

a=371 b=372
conf=/etc/vz/conf/$a.conf
oui='00:18:51(:[0-9A-F]{2}){3}' host_oui='FE:18:51(:[0-9A-F]{2}){3}'

netif() { sed -n 's/^NETIF="\(.*\)"$/\1/p' /etc/vz/conf/"$1".conf; }
field() { netif "$1" | tr ';' '\n' | grep "ifname=$2," | tr ',' '\n' | sed -n "s/^$3=//p"; }
init_pid() { head -n1 /sys/fs/cgroup/vz/"$1"/ct/cgroup.procs; }
# in_net CT COMMAND... - a program of the host in the container's namespace
in_net() { nsenter --net=/proc/"$(init_pid "$1")"/ns/net "${@:2}"; }
exists() { ip link show dev "$1" >/dev/null 2>&1; }
master_of() { basename "$(readlink /sys/class/net/"$1"/master)" 2>/dev/null; }
mac_of() { cat /sys/class/net/"$1"/address; }
upper() { tr a-f A-F; }
dropped() { python3 /tmp/eth.py dropped "$1"; }
settled() { wait_for 30 vzctl exec "$1" 'grep -q "^SigCgt:.*[1-9a-f]" /proc/1/status'; }
matches() { # TEXT GOT REGEX
	if grep -qxE "$3" <<<"$2"; then ok "$1"; else same "$1" "$2" "$3"; fi
}

# What busybox and ip cannot do: frames with any source, and the ioctls.
cat >/tmp/eth.py <<'END'
import ctypes, fcntl, select, socket, struct, sys

def mac(text):
	return bytes.fromhex(text.replace(':', ''))

def iow(nr, size, dir=1):
	return dir << 30 | size << 16 | 0xB7 << 8 | nr

def raw(dev):
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind((dev, 0))
	return s

def own(dev):
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	return fcntl.ioctl(s, 0x8927, struct.pack('40s', dev.encode()))[18:24]

# one frame with that source, and one with the device's own that ends it
def send(dev, src):
	for source, tag in (mac(src), b'!'), (own(dev), b'.'):
		raw(dev).send(b'\xff' * 6 + source + b'\x88\xb5' + tag * 50)

def recv(dev):
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
	s.bind((dev, 0x88b5))
	print('ready', flush=True)
	while select.select([s], [], [], 20)[0]:
		frame = s.recv(64)
		if frame[14:15] == b'.':
			print('end', flush=True)
			break
		print(frame[6:12].hex(':'), flush=True)

def ctl():
	return open('/dev/vzctl', 'r+b', buffering=0)

def dropped(ctid):
	veths = bytearray(64 * 16)
	addr = (ctypes.c_char * len(veths)).from_buffer(veths)
	arg = bytearray(struct.pack('IIIIQ', 24, int(ctid), 16, 0, ctypes.addressof(addr)))
	fcntl.ioctl(ctl(), iow(0x2a, 24, 3), arg)
	n = struct.unpack_from('I', arg, 8)[0]
	print(sum(struct.unpack_from('Q', veths, 48 * i + 40)[0] for i in range(n)))

# an ioctl with a veth: its errno, 0 for none
def veth(nr, ctid, ifindex, addr, flags):
	arg = struct.pack('IIII16s6sHQ', 48, int(ctid), int(ifindex), int(flags),
			  b'eth0', mac(addr), 0, 0)
	try:
		fcntl.ioctl(ctl(), iow(int(nr, 16), 48), arg)
		print(0)
	except OSError as e:
		print(e.strerror)

globals()[sys.argv[1]](*sys.argv[2:])
END

# heard SOURCE - which of the two frames of eth.py reach the bridge
heard() {
	local out
	out=$(mktemp)
	python3 /tmp/eth.py recv br0 >"$out" &
	wait_for 20 grep -q ready "$out"
	in_net $a python3 /tmp/eth.py send eth0 "$1"
	wait $!
	sed 1d "$out" | xargs
	rm "$out"
}
arrives() { same "$1: arrives" "$(heard "$2")" "$2 end"; }
filtered() { same "$1: does not arrive" "$(heard "$2")" end; }

for c in $a $b; do
	require "create $c" vzctl create $c --ostemplate busybox
done
# a port with the address of a real card
ip link add br0 type bridge
ip link add p0 type dummy
ip link set p0 address 52:54:00:00:37:00 master br0 up
ip addr add 10.37.0.1/24 dev br0
ip link set br0 up

# ------------------------------------------------------- the config file --

run_expect 0 "netif_add, stopped" vzctl set $a --netif_add eth0 --save
matches "NETIF: what is missing is chosen, in OpenVZ's order" "$(netif $a)" \
	"ifname=eth0,mac=$oui,host_ifname=veth$a\.0,host_mac=$host_oui"
run_expect 0 "--ifname, stopped" vzctl set $a --ifname eth0 --bridge br0 --save
matches "NETIF: the bridge" "$(netif $a)" \
	"ifname=eth0,bridge=br0,mac=$oui,host_ifname=veth$a\.0,host_mac=$host_oui"
run_expect 0 "libvirt's words" vzctl --quiet set $b --netif_add \
	eth1,52:54:00:00:37:01,veth$b.1.,52:54:00:00:37:02,br0 --save
same "libvirt's words: nothing is printed" "$stdout$stderr" ""
same "libvirt's words: NETIF" "$(netif $b)" \
	"ifname=eth1,bridge=br0,mac=52:54:00:00:37:01,host_ifname=veth$b.1.,host_mac=52:54:00:00:37:02"
before=$(cat $conf)
for bad in 'eth0,00:18' 'eth0,,,,,' ',,,,br0' 'eth0,01:00:5e:00:00:01' 'eth0$(x)' \
	'eth0,,0123456789abcdef'; do
	run_expect 21 "netif_add $bad" vzctl set $a --netif_add "$bad" --save
	same "netif_add $bad: said so" "$(head -n1 <<<"$stderr")" \
		"Bad parameter for --netif_add: $bad"
done
run_expect 21 "bad --mac" vzctl set $a --ifname eth0 --mac 1 --save
run_expect 21 "two of one name on the host" \
	vzctl set $a --netif_add eth7,,veth$a.0 --save
run_expect 20 "--mac without --ifname" vzctl set $a --mac 00:18:51:00:00:01 --save
same "--mac without --ifname: said so" "$stderr" \
	"Invalid usage.  Option --ifname not specified"
run_expect 20 "--ifname of none" vzctl set $a --ifname eth9 --bridge br0 --save
same "--ifname of none: said so" "$(head -n1 <<<"$stderr")" \
	"Invalid usage: veth device eth9 is not configured, use --netif_add option first"
run_expect 21 "netdev_add lo" vzctl set $a --netdev_add lo --save
same "nothing was changed" "$(cat $conf)" "$before"
run_expect 0 "netif_del of none" vzctl set $a --netif_del eth9 --save
same "netif_del of none: said so" "$stderr" \
	"Container does not have configured veth: eth9, skipped"

# ------------------------------------------------------ start, the bridge --

ip link set br0 down
ip link set br0 name br1
run_expect 130 "start without the bridge" vzctl start $a
same "start without the bridge: said so" "$stderr" \
	"Unable to add veth$a.0 to the bridge br0: there is no such bridge on the host"
same "start without the bridge: nothing is left" "$(vzctl status $a) $(ls -d \
	/sys/class/net/veth* /sys/fs/cgroup/vz/$a 2>/dev/null)" \
	"CTID $a exist unmounted down "
ip link set br1 name br0
ip link set br0 up
bridge_mac=$(mac_of br0)
require "start" vzctl start $a
check "start says so" vzctl start $b
settled $a
check "the host's end: up, in the bridge" sh -c \
	"ip -o link show dev veth$a.0 | grep -q ',UP' && [ -e /sys/class/net/br0/brif/veth$a.0 ]"
same "the host's end: its address" "$(mac_of veth$a.0 | upper)" "$(field $a eth0 host_mac)"
same "the host's end: no IPv6 address" "$(ip -6 -o addr show dev veth$a.0)" ""
same "the host's end: hears no router" "$(cat /proc/sys/net/ipv6/conf/veth$a.0/accept_ra)" 0
same "the bridge keeps its address" "$(mac_of br0)" "$bridge_mac"
same "inside: its address" "$(vzctl exec $a cat /sys/class/net/eth0/address | upper)" \
	"$(field $a eth0 mac)"
matches "/proc/vz/veth" "$(grep " veth$a.0 " /proc/vz/veth)" \
	"fe:18:51.{9} {8}veth$a\.0 00:18:51.{9} {13}eth0 {8}$a  deny"
same "/proc/vz/veth: first line" "$(head -n1 /proc/vz/veth)" "Version: 1.0"
same "/proc/vz/veth: lines" "$(wc -l </proc/vz/veth)" 3
refused "/proc/vz/veth is not for containers" vzctl exec2 $a cat /proc/vz/veth

vzctl exec $a 'ip addr add 10.37.0.2/24 dev eth0; ip link set eth0 up'
vzctl exec $b 'ip addr add 10.37.0.3/24 dev eth1; ip link set eth1 up'
check "ping: the host" vzctl exec2 $a ping -c1 -w5 10.37.0.1
check "ping: another container" vzctl exec2 $a ping -c1 -w5 10.37.0.3
check "ping: from the host" ping -c1 -w5 10.37.0.2
link_local=$(in_net $b ip -6 -o addr show dev eth1 | grep -o 'fe80[^/]*')
check "ping: another container, IPv6" wait_for 30 in_net $a \
	ping -c1 -w2 "$link_local%eth0"
check "ping: from the host, IPv6" ping -c1 -w5 "$link_local%br0"

# ------------------------------------------------------------- the filter --

own=$(mac_of veth$a.0 >/dev/null; field $a eth0 mac | tr A-F a-f)
wrong=02:00:00:00:37:37
refused "the address cannot be changed inside" \
	vzctl exec2 $a "ip link set eth0 address $wrong"
refused "nor by the host" in_net $a ip link set eth0 address $wrong
arrives "own source" "$own"
same "own source: not counted" "$(dropped $a)" 0
filtered "wrong source" $wrong
same "wrong source: counted" "$(dropped $a)" 1
in_net $a ip link add mv0 link eth0 type macvlan mode bridge
in_net $a ip link set mv0 up
in_net $a python3 /tmp/eth.py send mv0 $wrong
check "wrong source, by a device on top: counted" test "$(dropped $a)" -gt 1
in_net $a ip link del mv0

# traffic control can have the kernel skip what the host looks at with
check "a detour through an ifb" in_net $a sh -ec '
	tc qdisc add dev eth0 clsact
	ip link add ifb0 type ifb
	ip link set ifb0 up
	tc filter add dev eth0 egress protocol all u32 \
		match mark 0 0xffffffff \
		action mirred egress redirect dev ifb0
	tc qdisc add dev ifb0 clsact
	tc filter add dev ifb0 egress protocol all matchall \
		action skbedit mark 7'
filtered "wrong source, through an ifb" $wrong
ip link set veth$a.0 nomaster
check "a rule of the host" nft "add table netdev f; add chain netdev f c {
	type filter hook ingress device veth$a.0 priority 0; policy drop; }"
ip addr add 10.38.0.1/24 dev veth$a.0
vzctl exec $a 'ip addr add 10.38.0.2/24 dev eth0'
refused "the host's rules cannot be skipped either" vzctl exec2 $a ping -c1 -w2 10.38.0.1
nft delete table netdev f
check "without them it works" vzctl exec2 $a ping -c1 -w5 10.38.0.1
in_net $a tc qdisc del dev eth0 clsact
in_net $a ip link del ifb0
ip addr flush dev veth$a.0
ip link set veth$a.0 master br0

in_net $a ip netns add nested
in_net $a ip link set eth0 netns nested
refused "in a namespace of its own: not changed" \
	in_net $a ip -n nested link set eth0 address $wrong
in_net $a ip -n nested link set eth0 netns "$(init_pid $a)"
in_net $a ip netns del nested
in_net $a ip link set eth0 up
vzctl exec $a 'ip addr add 10.37.0.2/24 dev eth0'
filtered "back again: wrong source" $wrong
refused "the module stays" rmmod vznet

run_expect 0 "mac_filter off" vzctl set $a --ifname eth0 --mac_filter off --save
same "mac_filter off: said so" "$(head -n1 <<<"$stdout")" "Configure veth devices: veth$a.0 "
matches "mac_filter off: saved" "$(netif $a)" '.*,mac_filter=off'
check "mac_filter off: /proc/vz/veth" grep -q " eth0 .* $a allow$" /proc/vz/veth
arrives "mac_filter off: wrong source" $wrong
check "mac_filter off: the address can be changed" \
	vzctl exec2 $a "ip link set eth0 address $wrong"
run_expect 0 "mac_filter on" vzctl set $a --ifname eth0 --mac_filter on --save
same "mac_filter on: the address is as it was" \
	"$(vzctl exec $a cat /sys/class/net/eth0/address)" "$own"
filtered "mac_filter on: wrong source" $wrong

index=$(cat /sys/class/net/veth$a.0/ifindex)
same "ioctl: not a veth" "$(python3 /tmp/eth.py veth 28 $a 1 "$own" 1)" "Operation not supported"
same "ioctl: no device" "$(python3 /tmp/eth.py veth 28 $a 9999 "$own" 1)" "No such device"
same "ioctl: another container's" "$(python3 /tmp/eth.py veth 28 $b "$index" "$own" 1)" \
	"Invalid cross-device link"
same "ioctl: no container" "$(python3 /tmp/eth.py veth 28 399 "$index" "$own" 1)" \
	"No such file or directory"
same "ioctl: no address" "$(python3 /tmp/eth.py veth 28 $a "$index" 01:00:00:00:00:00 1)" \
	"Cannot assign requested address"
same "ioctl: unknown flag" "$(python3 /tmp/eth.py veth 28 $a "$index" "$own" 2)" "Invalid argument"
same "ioctl: DEL" "$(python3 /tmp/eth.py veth 29 $a "$index" "$own" 0)" 0
arrives "ioctl: DEL: wrong source" $wrong
same "ioctl: DEL again" "$(python3 /tmp/eth.py veth 29 $a "$index" "$own" 0)" "No such device"
same "ioctl: ADD" "$(python3 /tmp/eth.py veth 28 $a "$index" "$own" 1)" 0

# ---------------------------------------------------------- live changes --

ip link add br2 type bridge
run_expect 0 "all at once" vzctl set $a --ifname eth0 --bridge br2 \
	--host_ifname hv0 --host_mac FE:18:51:00:37:09 --mac 00:18:51:00:37:08 --save
same "the bridge" "$(master_of hv0)" br2
same "the host's address" "$(mac_of hv0)" fe:18:51:00:37:09
same "the address inside" "$(vzctl exec $a cat /sys/class/net/eth0/address)" 00:18:51:00:37:08
same "NETIF" "$(netif $a)" \
	"ifname=eth0,bridge=br2,mac=00:18:51:00:37:08,host_ifname=hv0,host_mac=FE:18:51:00:37:09,mac_filter=on"
vzctl exec $a 'ip link set eth0 down; ip link set eth0 name renamed; ip link set renamed up'
run_expect 0 "renamed inside, still known" vzctl set $a --ifname eth0 --bridge br0
same "renamed inside: the bridge" "$(master_of hv0)" br0
vzctl exec $a 'ip link set renamed down; ip link set renamed name eth0; ip link set eth0 up'
before=$(cat $conf)
run_expect 130 "a missing bridge" vzctl set $a --netif_add eth3 \
	--netif_add eth4,,,,nobr --netif_del eth0 --save
same "a missing bridge: said so" "$stderr" \
	"Unable to add veth$a.4 to the bridge nobr: there is no such bridge on the host
Error: failed to apply some parameters, not saving configuration file!"
same "a missing bridge: nothing is done" "$(cat $conf) $(ls -d /sys/class/net/"veth$a"* 2>/dev/null)" \
	"$before "
run_expect 130 "no bridge" vzctl set $a --netif_add eth4,,,,lo
run_expect 130 "the name is taken on the host" vzctl set $a --netif_add eth4,,br2
same "the name is taken on the host: said so" "$stderr" \
	"The host has a network device br2 already"
check "the other device is not touched" exists br2
run_expect 130 "the name is taken inside" vzctl set $a --netif_add eth3 --netif_add lo
same "the name is taken inside: said so" "$stderr" \
	"The container has a network device lo already"
refused "the name is taken inside: nothing is done" exists veth$a.3
run_expect 0 "netif_add" vzctl set $a --netif_add eth3,,,,br0
check "netif_add: it is there" exists veth$a.3
same "netif_add: not saved" "$(cat $conf)" "$before"
run_expect 0 "another one, saved" vzctl set $a --netif_add eth5 --save
same "another one: the unsaved one stays" "$(netif $a | tr ';' '\n' | cut -d, -f1 | xargs) $(exists veth$a.3; echo $?)" \
	"ifname=eth0 ifname=eth5 0"
run_expect 0 "netif_del of an unsaved one" vzctl set $a --netif_del eth3
refused "netif_del: it is gone" exists veth$a.3
run_expect 137 "vzctl dies on the way" env VZ_FAULT=veth:added vzctl set $a --netif_add eth6
check "something is left" exists veth$a.6
run_expect 0 "again: it is cleared away" vzctl set $a --netif_add eth6
vzctl exec $a 'ip link del eth6 2>/dev/null || ip link del dev eth6'
run_expect 0 "netif_del all" vzctl set $a --netif_del all --save
same "netif_del all" "$(netif $a) $(grep -c " $a " /proc/vz/veth)" " 0"

# ----------------------------------------------------- EXTERNAL_SCRIPT --

printf '#!/bin/sh\necho "$VEID $BRIDGE $*" >/tmp/external\n[ ! -e /tmp/fail ]\n' >/tmp/script
chmod +x /tmp/script
cp /etc/vz/vznet.conf /tmp/vznet.conf
printf '#!/bin/bash\n[ -f /x ] && . /x\nEXTERNAL_SCRIPT="/tmp/script"\n' >/etc/vz/vznet.conf
run_expect 0 "a script in place of the bridge" vzctl set $a --netif_add eth0,,,,any
same "the script's words" "$(cat /tmp/external)" "$a any init veth veth$a.0"
VEID=$a run_expect 0 "vznetcfg runs it, too" vznetcfg init veth x
same "its words" "$(cat /tmp/external)" "$a  init veth x"
touch /tmp/fail
run_expect 130 "a script that fails" vzctl set $a --netif_add eth1
refused "a script that fails: nothing is left" exists veth$a.1
vzctl --quiet set $a --netif_del all
echo 'EXTERNAL_SCRIPT="/usr/sbin/vznetaddbr"' >/etc/vz/vznet.conf
run_expect 0 "vznetaddbr" vzctl set $a --netif_add eth0,,,,br2 --save
same "vznetaddbr: the first line" "$(head -n1 <<<"$stdout" | sed 1q)" \
	"Configure veth devices: veth$a.0 "
check "vznetaddbr: said so" grep -qx \
	"Adding interface veth$a.0 to bridge br2 on CT0 for CT$a" <<<"$stdout"
same "vznetaddbr: the bridge" "$(master_of veth$a.0)" br2
ip link set veth$a.0 nomaster
check "vznetaddbr by itself" env VEID=$a vznetaddbr init veth veth$a.0
same "vznetaddbr by itself: the bridge" "$(master_of veth$a.0)" br2
cp /tmp/vznet.conf /etc/vz/vznet.conf
vzctl --quiet set $a --netif_del all --save

# -------------------------------------------------------- start and stop --

run_expect 0 "netif_add" vzctl set $a --netif_add eth0,,,,br0 --netif_add eth1 --save
run_expect 0 "restart" vzctl restart $a
check "restart: said so" grep -qx "Configure veth devices: veth$a.0 veth$a.1 " <<<"$stdout"
check "restart: it is there" exists veth$a.0
run_expect 0 "stop" vzctl stop $a --fast
refused "stop: it is gone at once" exists veth$a.0
for step in veth:added start:net start:announced; do
	run_expect 137 "start dies at $step" env VZ_FAULT=$step vzctl start $a
	run_expect 0 "start after $step" vzctl start $a
	check "start after $step: the bridge" test -e /sys/class/net/br0/brif/veth$a.0
	vzctl --quiet stop $a --fast
done
vzctl --quiet set $a --netif_del all --save
vzctl --quiet stop $b --fast
same "/proc/vz/veth is empty" "$(cat /proc/vz/veth)" "Version: 1.0"

# ---------------------------------------------------------- lent devices --

ip link add d0 type dummy
ip link set d0 address 02:00:00:00:37:01 mtu 1400 up
run_expect 0 "netdev_add, stopped" vzctl set $a --netdev_add d0 --save
check "NETDEV" grep -qx 'NETDEV="d0"' $conf
require "start" vzctl start $a
settled $a
check "it is inside" vzctl exec2 $a ip link show dev d0
refused "it is not on the host" exists d0
refused "it cannot be renamed" in_net $a ip link set d0 name x0
in_net $a ip netns add nested
refused "it cannot be moved" in_net $a ip link set d0 netns nested
in_net $a ip netns del nested
refused "the module stays" rmmod vznet
run_expect 0 "netdev_add for another container" vzctl set $b --netdev_add d0 --save
run_expect 104 "it is lent already" vzctl start $b
run_expect 0 "netdev_del, stopped" vzctl set $b --netdev_del d0 --save
run_expect 104 "one that is missing" vzctl set $a --netdev_add d9
same "one that is missing: said so" "$stderr" "There is no network device d9 on the host"
run_expect 104 "a port of a bridge" sh -c \
	"ip link add d1 type dummy; ip link set d1 master br0; vzctl set $a --netdev_add d1"
same "a port of a bridge: said so" "$stderr" \
	"The network device d1 belongs to a bridge or the like, or to another container"
ip link set d1 nomaster
in_net $a ip link add d1 type dummy
run_expect 104 "a name that is taken inside" vzctl set $a --netdev_add d1
check "a name that is taken inside: it stays" exists d1
in_net $a ip link del d1
run_expect 0 "netdev_add" vzctl set $a --netdev_add d1
run_expect 0 "netif_add for what follows" vzctl set $b --netif_add eth1 --save
in_net $a ip link set d1 up mtu 1300
in_net $a ip link set d1 address 02:00:00:00:37:99
in_net $a ip link add link d1 name v5 type vlan id 5
in_net $a ip link property add dev d1 altname br0
run_expect 0 "netdev_del, although another name is in the way" vzctl set $a --netdev_del d1
check "netdev_del: it is back, and down" sh -c 'ip -o link show dev d1 | grep -qv ,UP'
refused "netdev_del: what was on top is gone" in_net $a ip link show dev v5
run_expect 104 "netdev_del of none" vzctl set $a --netdev_del d1
in_net $a ip link set d0 down mtu 1300
in_net $a ip link set d0 address 02:00:00:00:37:99
vzctl exec $a halt 2>/dev/null
wait_for 20 sh -c "vzctl status $a | grep -q down"
refused "after a halt inside: still away" exists d0
run_expect 0 "stop" vzctl stop $a
same "it is back as it was" "$(mac_of d0) $(cat /sys/class/net/d0/mtu)" \
	"02:00:00:00:37:01 1400"

vzeventd
require "start" vzctl start $a
settled $a
vzctl exec $a halt 2>/dev/null
check "halt inside with vzeventd: it is back" wait_for 20 exists d0
require "start" wait_for 20 vzctl start $a
settled $a
ip link add d0 type dummy
kill -9 "$(init_pid $a)"
check "init killed, its name taken: it is back under another" wait_for 20 exists dev0
same "it is the one" "$(mac_of dev0)" 02:00:00:00:37:01
ip link del d0
ip link set dev0 name d0
kill "$(cat /run/vz/vzeventd.pid)"
wait_for 30 test ! -e /run/vz/vzeventd.pid

run_expect 137 "start dies with the device lent" env VZ_FAULT=start:net vzctl start $a
check "it comes home by itself" wait_for 30 exists d0
run_expect 137 "start dies later" env VZ_FAULT=start:announced vzctl start $a
sleep 0.5
run_expect 0 "stop clears it away" vzctl stop $a --fast
check "it is back" exists d0
ip link del d0
run_expect 104 "start without the device" vzctl start $a
same "start without the device: said so" "$stderr" "There is no network device d0 on the host"
same "start without the device: nothing is left" "$(vzctl status $a)" \
	"CTID $a exist unmounted down"

check "the module can be unloaded" rmmod vznet
run_expect 0 "without the module: other containers start" vzctl start $b
check "without the module: it was loaded" test -d /sys/module/vznet
for c in $a $b; do
	check "stop $c" vzctl stop $c --fast
	check "destroy $c" vzctl destroy $c
done
ip link del br0
finish
