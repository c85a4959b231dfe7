#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# check: 6.1
# Traffic by network class, and rates.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2154 # stdout and stderr are set by run_expect
. ./lib.sh

a=411 b=412 host=10.41.0.254 host6=2001:db8:41::fe
classes=/etc/vz/conf/networks_classes
started=()
cp $classes /tmp/shipped

traffic() { python3 ./traffic.py "$@"; }

# in_ct CTID COMMAND... - with the host's files, in the container's network
in_ct() {
	local ctid=$1 pid
	shift
	pid=$(head -n 1 "/sys/fs/cgroup/vz/$ctid/ct/cgroup.procs")
	nsenter -t "$pid" -n "$@"
}

background() { "$@" >/dev/null 2>&1 & started+=($!); }

end_background() {
	local pid
	for pid in "${started[@]}"; do
		pkill -P "$pid"
		kill "$pid"
		wait "$pid"
	done 2>/dev/null
	started=()
}

# sink ADDRESS PORT - takes datagrams and connections; who sends before it can
# is refused, and gives up
sink() {
	background traffic sink "$1" "$2"
	require "a sink at $1" wait_for 30 nc -z "$1" "$2"
}

# counted CTID CLASS - bytes and packets in, bytes and packets out
counted() { vznetstat -v "$1" -c "$2" | awk 'NR > 1 { print $3, $4, $5, $6 }'; }

# waiting CLASS - bytes
waiting() { traffic rates $a | awk -v class="$1" '$1 == class { print $3 }'; }

# within TEXT SECONDS WANTED PERCENT - what $a sends to class 2; a machine that
# stalls sends less and measures wrongly: then it is measured again
within() {
	local got
	for _ in 1 2 3 4 5; do
		got=$(traffic measure $a 2 $2)
		if [ $((got * 100)) -ge $(($3 * (100 - $4))) ] &&
			[ $((got * 100)) -le $(($3 * (100 + $4))) ]; then
			ok "$1: $got of $3"
			return
		fi
	done
	not_ok "$1: $got is not within $4 % of $3"
}

for ct in $a $b; do
	n=$((ct - 410))
	require "create $ct" vzctl create $ct --ostemplate busybox \
		--ipadd "10.41.0.$n 2001:db8:41::$n"
	require "start $ct" vzctl start $ct
done
for ip in $host 10.41.1.254 10.41.2.254 10.41.2.1; do
	ip addr add $ip/32 dev venet0
done
ip addr add $host6/128 dev venet0

### counters without classes

check "ping" in_ct $a ping -q -c 4 -i 0.1 -s 100 $host
same "four pings" "$(counted $a 1)" "512 4 512 4"
check "ping6" in_ct $a ping -q -c 2 -i 0.1 -s 100 $host6
same "two of IPv6" "$(counted $a 1)" "808 6 808 6"
sink $host 7000
before=$(counted $a 1)
check "datagrams" in_ct $a python3 ./traffic.py send $host 7000 50 1000
read -r _ _ bytes packets <<<"$before"
read -r _ _ bytes2 packets2 <<<"$(counted $a 1)"
same "50 datagrams of 1028 bytes" "$((bytes2 - bytes)) $((packets2 - packets))" \
	"51400 50"

# A connection: 20 bytes of IP, 32 of TCP with a time stamp, SYN 8 more.  The
# stack hands over up to 64 KB at once, which count as they are on a wire.
# What a slow machine makes TCP send twice is counted twice: once more, then.
resent() { in_ct $a cat /proc/net/snmp | awk '/^Tcp:/ && ++n == 2 { print $13 }'; }
for _ in {1..5}; do
	read -r _ _ bytes2 packets2 <<<"$(counted $a 1)"
	before=$(resent)
	check "a connection" in_ct $a python3 ./traffic.py give $host 7000 1000000
	[ "$(resent)" != "$before" ] || break
done
read -r _ _ bytes packets <<<"$(counted $a 1)"
bytes=$((bytes - bytes2)) packets=$((packets - packets2))
same "its bytes" $bytes $((1000000 + 52 * packets + 8))
[ $packets -ge 692 ] && ok "its packets: $packets" ||
	not_ok "only $packets packets for 1000000 bytes"
same "the neighbour has none of it" "$(counted $b 1)" "0 0 0 0"
vzlist -Ho net_in,net_out $a | {
	read -r in out
	vznetstat -v $a -a | awk -v in_=$in -v out=$out '
		NR > 1 { i += $3; o += $5 }
		END { exit !(i == in_ && o == out && i > 0) }'
} && ok "vzlist shows the sums" || not_ok "vzlist: $(vzlist -o net_in,net_out $a)"

### classes

cat >$classes <<'F'
# the order does not count

3 10.41.2.1/32
2	10.41.0.0/16
0 10.41.1.254/24
1 10.41.2.0/24
   # blanks
4 2001:db8:41::/64
5 2001:db8:41::fe/128
F
check "the file is loaded" /usr/lib/vzctl/vz-init accrestart
run_expect 0 "class_list" vztactl class_list
same "class_list" "$(sed 1d <<<"$stdout" | awk '{ print $1, $2 }')" \
	"3 10.41.2.1/32
2 10.41.0.0/16
0 10.41.1.0/24
1 10.41.2.0/24
4 2001:db8:41::/64
5 2001:db8:41::fe/128"

# ping_class CLASS ADDRESS - is it counted there, and nowhere else?
ping_class() {
	local before after
	before=$(vznetstat -v $a -a)
	in_ct $a ping -q -c 2 -i 0.1 -s 200 "$2" >/dev/null
	after=$(vznetstat -v $a -a)
	same "class of $2" "$(diff <(echo "$before") <(echo "$after") |
		awk '$1 == ">" { print $3 }')" "$1"
}
ping_class 2 $host
ping_class 0 10.41.1.254
ping_class 1 10.41.2.254
ping_class 3 10.41.2.1
ping_class 5 $host6
ping_class 4 2001:db8:41::2
ping_class 2 10.41.0.2
same "the neighbour counts by the other end" "$(counted $b 4)" "496 2 496 2"
run_expect 0 "vznetstat" vznetstat
same "the classes shown" "$(awk -v a=$a '$1 == a { printf "%s ", $2 }' \
	<<<"$stdout")" "0 1 2 3 4 5 "
same "the first line" "$(head -n 1 <<<"$stdout")" \
	"CTID    Net.Class     Input(bytes) Input(pkts)        Output(bytes) Output(pkts)"
python3 - <<P && ok "JSON" || not_ok "JSON"
import json, subprocess
out = subprocess.check_output(("vznetstat", "-j", "-v", "$a", "-c", "0"))
assert json.loads(out) == [{"ctid": $a, "classes": [{"class": 0,
    "in_bytes": 456, "in_packets": 2, "out_bytes": 456, "out_packets": 2}],
    "dropped": dict.fromkeys("source protocol multicast routing discovery size "
                             "queue down rate neighbour".split(),
                             0)}], out
P

# bad_line LINE WHERE-AND-WHY
bad_line() {
	printf '2 10.0.0.0/8\n%s\n' "$1" >/tmp/classes
	run_expect 81 "refused: $1" vztactl class_load /tmp/classes
	same "refused: $1: why" "$stderr" "/tmp/classes, line $2"
}
form='2 is not of the form "CLASS ADDRESS/PREFIX"'
bad_line "2" "$form"
bad_line "2 10.0.0.0/8 3" "$form"
bad_line "two 10.0.0.0/8" "$form"
bad_line "16 10.0.0.0/8" "2: class 16 is not one of 0 to 15"
bad_line "2 10.0.0.0" "2: 10.0.0.0 is not of the form ADDRESS/PREFIX"
bad_line "2 10.0.0.0/33" "2: 10.0.0.0/33 is not of the form ADDRESS/PREFIX"
bad_line "2 2001:db8::/129" "2: 2001:db8::/129 is not of the form ADDRESS/PREFIX"
bad_line $'2 10.0.0.0/8\n3 10.1.0.0/8' "3: the network has another class in line 1"
run_expect 81 "no such file" vztactl class_load /tmp/nosuch
same "no such file: why" "$stderr" \
	"Unable to open /tmp/nosuch: No such file or directory"
same "nothing was changed" "$(vztactl class_list | sed 1d | wc -l)" 6

# a reload while traffic flows loses nothing
{ for ((i = 0; i < 4096; i++)); do
	echo "$((i % 14 + 2)) 10.41.$((i / 256)).$((i % 256))/32"
done; } >/tmp/many
before=$(vznetstat -v $a -a | awk '{ b += $5; p += $6 } END { print b, p }')
in_ct $a python3 ./traffic.py send $host 7000 20000 100 &
sender=$!
loads=0
while kill -0 $sender 2>/dev/null; do
	vztactl class_load /tmp/many >/dev/null &&
		vztactl class_load >/dev/null && loads=$((loads + 1))
done
wait $sender
read -r bytes packets <<<"$before"
same "20000 datagrams, classes reloaded meanwhile" \
	"$(vznetstat -v $a -a | awk -v b="$bytes" -v p="$packets" '
		{ b -= $5; p -= $6 } END { print -b, -p }')" "2560000 20000"
[ $loads -ge 2 ] && ok "$loads times" || not_ok "only $loads reloads"
check "4096 networks" vztactl class_load /tmp/many
same "4096 networks are there" "$(vztactl class_list | sed 1d | wc -l)" 4096
echo "2 10.42.0.0/16" >>/tmp/many
run_expect 81 "4097 networks" vztactl class_load /tmp/many
check "classes of the host" vztactl class_load

### rates

for bad in x 1 1:x 0:8 16:8 1:-1 :1:8 eth0:eth1:1:8 'a b:1:8'; do
	run_expect 21 "--rate $bad" vzctl set $a --rate "$bad"
	same "--rate $bad: why" "$stderr" "Bad parameter for --rate: $bad"
done
check "a limit that is not saved" vzctl set $a --rate 3:80 --ratebound yes
check "and another one" vzctl set $a --rate 4:8
same "both are in force" "$(traffic rates $a)" $'3 10000 0\n4 1000 0'
check "none" vzctl set $a --rate none
check "a guarantee" vzctl set $a --rate eth0:2:2000 --rate eth1:2:6000,4:100 \
	--save
same "limits nothing" "$(traffic rates $a)" ""
same "RATE" "$(grep ^RATE= /etc/vz/conf/$a.conf)" \
	'RATE="eth0:2:2000 eth1:2:6000 venet0:4:100"'
run_expect 0 "a limit" vzctl set $a --ratebound yes --save
same "a limit: in force" "$(traffic rates $a)" $'2 1000000 0\n4 12500 0'
same "vzlist" "$(vzlist -Hto ratebound,rate $a)" \
	"    yes eth0:2:2000 eth1:2:6000 venet0:4:100"

# 8 Mbit/s
background in_ct $b iperf3 -s
check "iperf3 listens" wait_for 30 in_ct $b nc -z 10.41.0.2 5201
background in_ct $a iperf3 -c 10.41.0.2 -t 60
waits() { [ "$(waiting 2)" -gt 0 ]; }
check "TCP has to wait" wait_for 20 waits
within "TCP at 8 Mbit/s" 3 1000000 3
waits && ok "packets wait" || not_ok "no packets wait"
run_expect 0 "another class" in_ct $a ping -q -c 10 -i 0.05 10.41.1.254
rtt=$(sed -n 's,^rtt.*= [^/]*/\([0-9]*\).*,\1,p' <<<"$stdout")
[ "${rtt:-999}" -lt 100 ] && grep -q ' 0% packet loss' <<<"$stdout" &&
	ok "another class is not held up: $rtt ms" ||
	not_ok "another class is held up: $stdout"
sink 10.41.1.254 7001
before=${EPOCHREALTIME/./}
in_ct $a python3 ./traffic.py give 10.41.1.254 7001 20000000
ms=$(((${EPOCHREALTIME/./} - before) / 1000))
[ $ms -lt 16000 ] && ok "20 MB to another class in $ms ms" ||
	not_ok "20 MB to another class took $ms ms"
run_expect 0 "another rate, live" vzctl set $a --rate 2:16000
within "TCP at 16 Mbit/s" 2 2000000 3
check "and of another class" vzctl set $a --rate 5:100
same "those not named stay" "$(traffic rates $a | cut -d' ' -f1,2)" \
	$'2 2000000\n4 12500\n5 12500'
check "no rate" vzctl set $a --rate none
same "no rate is in force" "$(traffic rates $a)" ""
rate=$(traffic measure $a 2 1)
[ "$rate" -gt 3000000 ] && ok "TCP without a rate: $rate" ||
	not_ok "TCP without a rate: $rate"
end_background

# datagrams of one socket wait, those of many are dropped
sink $host 7000
check "rate" vzctl set $a --rate 2:8000 --ratebound yes
background in_ct $a python3 ./traffic.py send $host 7000 100000 1400
check "datagrams wait" wait_for 20 waits
within "UDP at 8 Mbit/s" 2 1000000 5
same "a sender that waits loses nothing" \
	"$(vznetstat -v $a -d | awk 'NR > 1')" ""
background in_ct $a python3 ./traffic.py flood $host 7000 1400 20
overflows() { [ "$(vznetstat -v $a -d | awk '$2 == "rate" { print $3 }')" -gt 0 ]; }
check "what does not fit is dropped" wait_for 20 overflows
within "a flood at 8 Mbit/s" 2 1000000 3
end_background

### stop with packets that wait for minutes; at start, rates of vz.conf

sed -i '/^RATE/d' /etc/vz/conf/$a.conf
printf 'RATE="eth0:2:8"\nRATEBOUND="yes"\n' >>/etc/vz/vz.conf
check "stop" vzctl stop $a --fast
sink $host 7000
sink=("${started[@]}") started=()
check "objects are counted" leakcheck begin
much_waits() { [ "$(waiting 2)" -gt 10000 ]; }
for round in 1 2; do
	check "start, $round" vzctl start $a
	same "RATE of vz.conf, $round" "$(traffic rates $a | cut -d' ' -f1,2)" \
		"2 1000"
	background in_ct $a python3 ./traffic.py give $host 7000 200000
	background in_ct $a python3 ./traffic.py flood $host 7000 500 2
	check "packets wait, $round" wait_for 20 much_waits
	end_background
	check "stop, $round" vzctl stop $a --fast
done
check "nothing is left of it" leakcheck end 2
started=("${sink[@]}")
end_background
sed -i '/^RATE/d' /etc/vz/vz.conf

### without the module

check "unload" vztactl class_unload
vzctl --quiet stop $b --fast
check "vznet unloads" rmmod vznet
run_expect 5 "vznetstat without vznet" vznetstat
same "vznetstat: why" "$stderr" \
	'The kernel module vznet is not loaded: run "modprobe vznet"'
run_expect 5 "class_load without vznet" vztactl class_load
check "RATE" vzctl set $a --rate 1:8 --ratebound yes --ipdel all --save
run_expect 0 "a start loads it" vzctl start $a
run_expect 0 "a rate" vzctl set $a --rate 1:16
same "a rate: in force" "$(traffic rates $a)" "1 2000 0"
run_expect 31 "no such container" vznetstat -v $b
run_expect 21 "no such class" vznetstat -c 16
run_expect 21 "the host" vznetstat -v 0

vzctl --quiet stop $a --fast
cp /tmp/shipped $classes
for ct in $a $b; do
	check "destroy $ct" vzctl destroy $ct
done
finish
