#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# check: 6.12 7.2
# Addresses of containers on venet: reached from the host, from each other and
# from a machine outside, which is a network namespace behind a pair of veth.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

a=361 b=362
conf=/etc/vz/vz.conf
cp $conf /tmp/vz.conf

out() { ip netns exec out "$@"; }
inside() { vzctl exec2 "$@"; }
pings() { ping -n -c 1 -W 2 "$1"; }
veip() { awk -v ct=$1 'NR > 1 && $2 == ct { print $1 }' /proc/vz/veip | tr '\n' ' '; }
proxies() { { ip -4 neigh show proxy; ip -6 neigh show proxy; } | sort; }
routes() { { ip -4 route show dev venet0; ip -6 route show dev venet0; } | awk '{ print $1 }' | tr '\n' ' '; }
set_conf() { # [NAME=VALUE] - vz.conf as it was, with one line in front
	{ [ $# = 0 ] || echo "$1"; grep -v "^${1%%=*}=" /tmp/vz.conf; } >$conf
}
nothing_left() { # TEXT
	same "$1: no route is left" "$(routes)" ""
	same "$1: no answer is left" "$(proxies)" ""
	same "$1: no owner is left" "$(tail -n +2 /proc/vz/veip)" ""
}

# the machine outside
ip netns add out
ip link add ext0 type veth peer name lan0 netns out
ip addr add 192.0.2.1/24 dev ext0
ip addr add 2001:db8:2::1/64 dev ext0 nodad
ip link set ext0 up
out ip link set lo up
out ip addr add 192.0.2.2/24 dev lan0
out ip addr add 2001:db8:2::2/64 dev lan0 nodad
out ip link set lan0 up
out ip route add default via 192.0.2.1
out ip -6 route add default via 2001:db8:2::1
# without it neighbours wait for their first answer, at random
for f in /proc/sys/net/ipv[46]/neigh/ext0/proxy_delay; do echo 0 >$f; done

# ---------------------------------------------------------------- start
run_expect 0 "create with addresses" vzctl create $a --ostemplate busybox \
	--ipadd 192.0.2.101 --ipadd "10.77.0.1/255.255.255.0 2001:DB8:2:0::101"
same "they are in its config" "$(grep ^IP_ADDRESS /etc/vz/conf/$a.conf)" \
	'IP_ADDRESS="192.0.2.101 10.77.0.1/24 2001:db8:2::101"'
run_expect 0 "start" vzctl start $a
same "it tells the addresses" "$(grep Adding <<<"$stdout")" \
	"Adding IP address(es): 192.0.2.101 10.77.0.1/24 2001:db8:2::101"
check "the first IPv4 packet arrives" pings 192.0.2.101
check "the first IPv6 packet arrives" pings 2001:db8:2::101
check "another network" pings 10.77.0.1
same "the kernel knows the owner" "$(veip $a)" \
	"192.0.2.101 10.77.0.1 2001:db8:2:0:0:0:0:101 "
same "routes of the host" "$(routes)" "10.77.0.1 192.0.2.101 2001:db8:2::101 "
same "the host answers where the network is" "$(proxies)" \
	"192.0.2.101 dev ext0 proxy 
2001:db8:2::101 dev ext0 proxy "
check "addresses inside" inside $a \
	"ip addr show venet0 | grep -q 'inet 192.0.2.101/32' &&
	ip addr show venet0 | grep -q 'inet 10.77.0.1/24' &&
	ip addr show venet0 | grep -q 'inet6 2001:db8:2::101/128'"
check "to the host" inside $a "ping -c 1 -W 2 192.0.2.1 && ping6 -c 1 -W 2 2001:db8:2::1"
check "to the outside" inside $a "ping -c 1 -W 2 192.0.2.2 && ping6 -c 1 -W 2 2001:db8:2::2"
check "from the outside" out ping -n -c 1 -W 2 192.0.2.101
check "from the outside, IPv6" out ping -n -c 1 -W 2 2001:db8:2::101
check "from the outside, by a route" out ping -n -c 1 -W 2 10.77.0.1
check "the host still forwards IPv4 from nowhere else" test \
	"$(cat /proc/sys/net/ipv4/ip_forward)" = 0

mkdir -p /tmp/w
echo served >/tmp/w/f
python3 -m http.server -d /tmp/w 8000 >/dev/null 2>&1 &
server=$!
out python3 -m http.server -d /tmp/w 8000 >/dev/null 2>&1 &
outside=$!
wait_for 60 sh -c "ss -lnt | grep -q :8000 && ip netns exec out ss -lnt | grep -q :8000"
same "TCP to the host" "$(inside $a 'busybox wget -q -O - http://192.0.2.1:8000/f')" served
same "TCP to the outside" "$(inside $a 'busybox wget -q -O - http://192.0.2.2:8000/f')" served
kill $server $outside
wait $server $outside 2>/dev/null
inside $a 'mkdir -p /w && echo served >/w/f && busybox httpd -p 80 -h /w'
for ip in 192.0.2.101 10.77.0.1 '[2001:db8:2::101]'; do
	get="import urllib.request as u; print(u.urlopen('http://$ip/f', timeout=5).read().decode().strip())"
	same "TCP from the host to $ip" "$(python3 -c "$get" 2>&1 | tail -n1)" served
	same "TCP from the outside to $ip" "$(out python3 -c "$get" 2>&1 | tail -n1)" served
done

# -------------------------------------------------------- a second one
check "create without addresses" vzctl create $b --ostemplate busybox
check "start without addresses" vzctl start $b
check "it has the device" inside $b ip link show venet0
list="192.0.2.110 192.0.2.111 192.0.2.112 192.0.2.113 192.0.2.114 2001:db8:2::110 2001:db8:2::111 2001:db8:2::112"
run_expect 0 "eight addresses at once" vzctl set $b --ipadd "$list" --save
same "it tells them" "$(grep Adding <<<"$stdout")" "Adding IP address(es): $list"
same "they are saved" "$(grep ^IP_ADDRESS /etc/vz/conf/$b.conf)" "IP_ADDRESS=\"$list\""
for ip in $list; do
	check "$ip from the other container" inside $a "ping -c 1 -W 2 $ip"
done
check "$ip from the outside" out ping -n -c 1 -W 2 2001:db8:2::112

# ------------------------------------------------------------- vzlist
same "vzlist -o ip, oldest first" "$(vzlist -H -o ctid,ip $a)" \
	"$(printf '%10s %s' $a '192.0.2.101 10.77.0.1 2001:db8:2::101')"
same "vzlist -j" "$(vzlist -j -o ip $b | tr -d '\n ')" \
	"[{\"ip\":[\"${list// /\",\"}\"]}]"

# what one container can hear: the last packet is its own
nsenter -t "$(head -n 1 /sys/fs/cgroup/vz/$b/ct/cgroup.procs)" -n \
	tcpdump -l -n -i any 'icmp or icmp6' >/tmp/heard 2>/tmp/tcpdump &
listener=$!
check "the other container listens" wait_for 30 grep -q listening /tmp/tcpdump
check "to the host, to the outside" inside $a \
	"ping -c 2 192.0.2.1 && ping -c 2 192.0.2.2 && ping6 -c 2 2001:db8:2::2"
check "from the outside" out ping -n -c 2 -W 2 192.0.2.101
check "its own" out ping -n -c 1 -W 2 192.0.2.110
check "is heard" wait_for 30 grep -q 192.0.2.110 /tmp/heard
kill $listener
wait $listener 2>/dev/null
same "nothing else is" "$(grep -v 192.0.2.110 /tmp/heard)" ""

# to another container while packets come for it
received() { vznetstat -v $1 -c 1 | awk 'NR > 1 { print $4 }'; }
ip netns exec out ping -n -q -i 0.02 192.0.2.111 >/dev/null &
pings=$!
for to in "$b $a" "$a $b" "$b $a" "$a $b"; do
	check "an address moves from ${to/ / to }" sh -c \
		"vzctl set ${to% *} --ipdel 192.0.2.111 && vzctl set ${to#* } --ipadd 192.0.2.111"
	before=$(received ${to#* }) gone=$(received ${to% *})
	sleep 0.5
	[ "$(received ${to#* })" -gt "$before" ] && ok "the packets go to ${to#* }" ||
		not_ok "no packets go to ${to#* }"
	same "no packets go to ${to% *}" "$(received ${to% *})" "$gone"
done
kill $pings
wait $pings 2>/dev/null

# ------------------------------------------------------- taking away
run_expect 0 "take one, give one" vzctl set $b --ipadd 192.0.2.120 \
	--ipdel 192.0.2.110/24 --ipdel 2001:db8:2:0::110
same "it tells both" "$(grep address <<<"$stdout")" \
	"Deleting IP address(es): 192.0.2.110 2001:db8:2::110
Adding IP address(es): 192.0.2.120"
check "it warns that this is not saved" grep -q "not saved to config" <<<"$stdout"
refused "the old one is gone" ping -n -c 1 -W 1 192.0.2.110
check "the new one is there" pings 192.0.2.120
same "the config is as before" "$(grep ^IP_ADDRESS /etc/vz/conf/$b.conf)" "IP_ADDRESS=\"$list\""
check "the config has its own truth" vzctl set $b --ipdel 192.0.2.110 --ipadd 192.0.2.121 --save
same "which is saved" "$(grep ^IP_ADDRESS /etc/vz/conf/$b.conf)" \
	"IP_ADDRESS=\"${list#* } 192.0.2.121\""
run_expect 0 "what it does not have" vzctl set $b --ipdel 192.0.2.101
check "stays with its owner" pings 192.0.2.101
run_expect 0 "the same again" vzctl set $b --ipadd 192.0.2.121
run_expect 0 "all" vzctl set $b --ipdel all --ipadd "0.0.0.0 ::" --save
check "it tells that it is all" grep -q '^Deleting all IP address(es): 192' <<<"$stdout"
same "nothing inside" "$(inside $b 'ip route; ip -6 route | grep default; ip addr show venet0 | grep inet')" ""
same "nothing in the table" "$(veip $b)" ""
same "nothing in the config" "$(grep ^IP_ADDRESS /etc/vz/conf/$b.conf)" 'IP_ADDRESS=""'
same "that of the other one stays" "$(routes)" "10.77.0.1 192.0.2.101 2001:db8:2::101 "

# masks
check "an address in a network" vzctl set $b --ipadd "10.78.0.1/24 10.78.0.2/24 10.78.0.3/24"
check "a wider network" vzctl set $b --ipadd 10.78.0.2/16
check "is what it has now" inside $b "ip addr show venet0 | grep -q 'inet 10.78.0.2/16'"
check "taking the first" vzctl set $b --ipdel 10.78.0.1
check "leaves the second" pings 10.78.0.2
check "leaves the third" pings 10.78.0.3
check "none" vzctl set $b --ipdel all

# -------------------------------------------------------- in use, wrong
run_expect 78 "an address of another container" vzctl set $b --ipadd "192.0.2.130 192.0.2.101" --save
same "it names it" "$stderr" "Unable to add IP address 192.0.2.101: it is in use by CT $a
Error: failed to apply some parameters, not saving configuration file!"
same "nothing is half done" "$(veip $b)" ""
out ip addr add 192.0.2.140/24 dev lan0
out ip addr add 2001:db8:2::140/64 dev lan0 nodad
mac=$(out cat /sys/class/net/lan0/address)
for ip in 192.0.2.140 2001:db8:2::140; do
	run_expect 78 "$ip is a machine's outside" vzctl set $b --ipadd "192.0.2.131 $ip"
	same "the machine is named" "$stderr" \
		"Unable to add IP address $ip: it is in use by $mac on ext0"
	same "nothing is half done" "$(veip $b)$(inside $b 'ip route')" ""
done
run_expect 78 "an address of the host" vzctl set $b --ipadd 192.0.2.1
check "not asked for" vzctl set $b --ipadd 192.0.2.140 --skip_arpdetect
check "taken back" vzctl set $b --ipdel all
set_conf 'ERROR_ON_ARPFAIL="no"'
run_expect 0 "a warning is enough" vzctl set $b --ipadd 192.0.2.140
same "it is given" "$stderr" "Warning: IP address 192.0.2.140 is in use by $mac on ext0 too"
check "taken back" vzctl set $b --ipdel all
set_conf
check "stored for a start" vzctl stop $b --fast
check "stored for a start" vzctl set $b --ipadd "192.0.2.131 192.0.2.140" --save
run_expect 78 "start with an address of another machine" vzctl start $b
same "it is down" "$(vzctl status $b)" "CTID $b exist unmounted down"
same "and owns nothing" "$(veip $b)" ""
check "none of it" vzctl set $b --ipdel all --save
before=$(cat /etc/vz/conf/$b.conf)
for bad in 1.2.3 10.0.0.1/33 10.0.0.256 127.0.0.1 224.0.0.1 255.255.255.255 \
	::1 fe80::1 ff02::1 ::ffff:10.0.0.1 2001:db8::1/129 10.0.0.1,10.0.0.2 \
	10.0.0.1/255.0.255.0 host; do
	run_expect 21 "$bad" vzctl set $b --ipadd $bad --save
	same "the words for $bad" "$stderr" "Bad parameter for --ipadd: $bad"
done
run_expect 21 "a wrong one to be taken" vzctl set $b --ipdel nothing --save
same "nothing is changed" "$(cat /etc/vz/conf/$b.conf)" "$before"

# ----------------------------------------------------- settings of the host
check "start" vzctl start $b
ip route add 10.79.0.1/32 dev ext0
run_expect 34 "another route is in the way" vzctl set $b --ipadd "10.79.0.2 10.79.0.1"
same "nothing is half done" "$(veip $b)$(inside $b 'ip route')" ""
set_conf 'FORCE_ROUTE="yes"'
check "FORCE_ROUTE" vzctl set $b --ipadd 10.79.0.1
check "it is reached" pings 10.79.0.1
set_conf 'VE_ROUTE_SRC_DEV="ext0"'
check "VE_ROUTE_SRC_DEV" vzctl set $b --ipadd 10.79.0.5
check "is the source of what the host sends" sh -c "ip route get 10.79.0.5 | grep -q 'src 192.0.2.1 '"
set_conf 'VE_ROUTE_SRC_DEV="nosuch0"'
run_expect 34 "VE_ROUTE_SRC_DEV is wrong" vzctl set $b --ipadd 10.79.0.6
same "the words" "$stderr" \
	"VE_ROUTE_SRC_DEV is nosuch0, but there is no such device with an IPv4 address"
set_conf 'NEIGHBOUR_DEVS="list:ext0"'
check "NEIGHBOUR_DEVS" vzctl set $b --ipadd 10.79.0.3
check "the host answers there" sh -c "ip neigh show proxy | grep -q '^10.79.0.3 dev ext0'"
set_conf 'IPV6="no"'
run_expect 0 "IPV6=no" vzctl set $b --ipadd "10.79.0.4 2001:db8:2::150"
check "it warns" grep -q "IPv6 support is disabled" <<<"$stdout"
check "IPv4 only" sh -c "! grep -q '150 *$b' /proc/vz/veip"
set_conf

ip link set ext0 down
ip link set ext0 up
ip addr add 2001:db8:2::1/64 dev ext0 nodad
same "a device that was down has forgotten" "$(proxies)" ""
ip route del 192.0.2.101 dev venet0
check "vzifup-post" vzifup-post ext0
check "the route is there again" sh -c "ip route | grep -q '^192.0.2.101 dev venet0'"
same "knows again" "$(proxies)" "192.0.2.101 dev ext0 proxy 
2001:db8:2::101 dev ext0 proxy "
check "from the outside" out ping -n -c 1 -W 2 192.0.2.101
run_expect 1 "vzifup-post without a device" vzifup-post
run_expect 2 "vzifup-post with a wrong device" vzifup-post nosuch0

run_expect 3 "arpsend -D: somebody has it" arpsend -D -c 1 -e 192.0.2.2 ext0
same "it tells who" "$stderr" "arpsend: 192.0.2.2 is detected on another computer : $mac"
run_expect 0 "arpsend -D: nobody has it" arpsend -D -c 1 -w 1 -e 192.0.2.199 ext0
run_expect 0 "arpsend -U" arpsend -U -c 1 -i 192.0.2.101 -e 192.0.2.101 ext0
run_expect 4 "arpsend -Q: no reply" arpsend -Q -c 1 -w 1 -e 192.0.2.199 ext0
run_expect 1 "arpsend: usage" arpsend -D ext0
run_expect 2 "arpsend: wrong device" arpsend -D -c 1 -e 192.0.2.2 nosuch0
run_expect 2 "arpsend: no ARP there" arpsend -D -c 1 -e 192.0.2.2 venet0
run_expect 0 "ndsend" ndsend 2001:db8:2::101 ext0
run_expect 1 "ndsend: usage" ndsend 192.0.2.101 ext0

# -------------------------------------------------------- restart, stop
check "restart" vzctl restart $a --fast
check "it has its addresses" pings 192.0.2.101
check "from the outside" out ping -n -c 1 -W 2 2001:db8:2::101
check "stop" vzctl stop $b --fast
same "what is left is the other's" "$(routes)" "10.77.0.1 192.0.2.101 2001:db8:2::101 "
check "stop" vzctl stop $a --fast
ip route del 10.79.0.1/32 dev ext0 2>/dev/null
nothing_left "stop"

# ----------------------------------------------------- killed at a point
check "no questions" vzctl set $a --ipdel 10.77.0.1 --save
set_conf 'SKIP_ARPDETECT="yes"'
for point in net:owned net:configured net:routed start:net; do
	run_expect 137 "start dies at $point" env VZ_FAULT=$point vzctl start $a
	check "$point: stop repairs it" vzctl stop $a --fast
	nothing_left $point
done
check "start" vzctl start $a
for point in net:owned net:configured net:routed; do
	run_expect 137 "set dies at $point" env VZ_FAULT=$point vzctl set $a --ipadd 192.0.2.160
	check "$point: set repairs it" vzctl set $a --ipadd 192.0.2.160
	check "$point: it is reached" out ping -n -c 1 -W 2 192.0.2.160
	run_expect 137 "$point: taking it dies" env VZ_FAULT=net:unrouted vzctl set $a --ipdel 192.0.2.160
	check "$point: and is done again" vzctl set $a --ipdel 192.0.2.160
	same "$point: it is gone" "$(veip $a)" "192.0.2.101 2001:db8:2:0:0:0:0:101 "
done
set_conf

# what the container does with its device
check "it deletes its device" inside $a ip link del venet0
check "a new address makes a new one" vzctl set $a --ipadd 192.0.2.170
check "it is reached" pings 192.0.2.170
check "it renames its device" inside $a "ip link set venet0 down && ip link set venet0 name other0"
check "which is found" vzctl set $a --ipadd 192.0.2.171
check "it is reached" pings 192.0.2.171
check "stop" vzctl stop $a --fast
nothing_left "stop"

# ------------------------------------------------------ without the module
check "unload the module" rmmod vznet
echo 'install vznet /bin/false' >/etc/modprobe.d/vz-test.conf
check "a container without addresses starts" vzctl start $b
run_expect 5 "one with addresses does not" vzctl start $a
check "the words" grep -qxF <<<"$stderr" \
	"Unable to give CT $a its IP addresses: the kernel module vznet cannot be loaded"
rm /etc/modprobe.d/vz-test.conf
check "with the module it does" vzctl start $a
check "it is reached" pings 192.0.2.101
check "and so does one that ran before" vzctl set $b --ipadd 192.0.2.180
check "it is reached" pings 192.0.2.180
check "stop" vzctl stop $a --fast
check "stop" vzctl stop $b --fast
nothing_left "stop"
check "destroy" vzctl destroy $a
check "destroy" vzctl destroy $b
ip link del ext0
ip netns del out
cp /tmp/vz.conf $conf
finish
