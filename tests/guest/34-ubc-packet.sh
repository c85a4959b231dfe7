#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What packets take of the kernel's memory is their container's: connections
# that are tracked, elements that rules add to sets.
# kernels: 6.1 6.12 7.2 debug
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

a=343 b=344
A=10.34.0.1
# what is done in the half minute until connections are forgotten
many=$((3000 / VZ_SLOW))
# the hooks of this kernel, and bytes of a connection with more than usual
hooks=(__nf_conntrack_alloc nf_ct_ext_add nft_set_elem_init) each=370 whole=y
# The compiler of this kernel has made another function of the first: only what
# is known beside a connection is charged.
if [ "$VZ_KERNEL" = debug ]; then
	hooks=(nf_ct_ext_add nft_set_elem_init) each=110 whole=
fi

value() { python3 ubc.py get "${3:-$a}" "$1" "$2"; }
limit() { python3 ubc.py set $a "$@"; }
within() { echo "$1 $2 $3"; [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }

# in_net CTID COMMAND... - of the host
in_net() {
	local pid
	pid=$(head -n 1 "/sys/fs/cgroup/vz/$1/ct/cgroup.procs") || return
	nsenter -t "$pid" -n "${@:2}"
}

# kernel memory of a container, in bytes; the kernel adds it up every two seconds
kmem() { awk '$1 == "kernel" { print $2 }' "/sys/fs/cgroup/vz/$1/memory.stat"; }
settle() { sleep 2.2; }
at_rest() {
	local had
	had=$(kmem $a)
	settle
	within $(($(kmem $a) - had)) -8192 8192
}
# tracked CTID - connections
tracked() { in_net "$1" cat /proc/sys/net/netfilter/nf_conntrack_count; }
set_inside() { # NAME VALUE - a setting of connection tracking
	in_net $a sh -c "echo $2 >/proc/sys/net/netfilter/$1"
}
# elements CTID - of its set
elements() { in_net "$1" nft list set ip k s | grep -o ' expires ' | grep -c .; }
# from_inside CTID COUNT - datagrams, and what the sender is told
from_inside() {
	vzctl exec3 "$1" /ub-use datagram "$2" </dev/null | head -n 1
}
# from_outside COUNT [COMMAND...] - the host sends them to the first container,
# and is told so often that one was dropped
from_outside() {
	"${@:2}" python3 - "$1" "$A" <<-'EOT'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		dropped = 0
		for port in range(1, int(sys.argv[1]) + 1):
		    try:
		        s.sendto(b'x', (sys.argv[2], port))
		    except OSError:
		        dropped += 1
		print(dropped)
	EOT
}

# rules CTID RULE - for packets in and out
rules() {
	in_net "$1" nft -f - <<-EOT
		table ip k
		delete table ip k
		table ip k {
			set s {
				type inet_service
				size 1000000
				flags dynamic, timeout
				timeout 1h
			}
			chain i {
				type filter hook input priority 0
				$2
			}
			chain o {
				type filter hook output priority 0
				$2
			}
		}
	EOT
}
track='ct state new counter'
add='udp dport 1-65535 add @s { udp dport }'

# No container remembers a connection of the one before.
again() {
	vzctl restart $a --fast >/dev/null && rules $a "$1" &&
		wait_for 30 at_rest
}

ip link add h0 type dummy
ip link set h0 up
ip addr add 10.34.1.1/32 dev h0
for id in $a $b; do
	require "container $id" vzctl create $id --ostemplate busybox
	cp /vz-test/ub-use /vz/private/$id/
	vzctl set $id --netfilter full --save >/dev/null
done
vzctl set $a --ipadd $A --save >/dev/null
for id in $a $b; do
	require "start it" vzctl start $id
	require "rules" rules $id "$track"
done
for name in "${hooks[@]}"; do
	check "$name is hooked" grep -qE "^$name +armed" /proc/vz/hooks
done

# ------------------------------------------------- connections: who pays --

# paid TEXT COUNT LEAST - for what has come since $before; the other one, which
# had $others, may have been given back something
paid() {
	local more
	settle
	more=$(($(kmem $a) - before))
	check "$1: it is paid for" within $more $(($2 * $3)) $(($2 * 1500))
	check "$1: not by the other container" \
		within $(($(kmem $b) - others)) -999999999 $(($2 * $3 / 2))
}

# As the kernel does it, or with numbers of packets and bytes.
check "nothing else goes on" wait_for 30 at_rest
before=$(kmem $a) others=$(kmem $b)
check "packets are counted" set_inside nf_conntrack_acct 1
same "with more for each" "$(from_inside $a $many)" "$many -"
paid "with more for each" $many $each

who_pays() {
	local n=$many
	require "anew" again "$track"
	before=$(kmem $a)
	same "from inside" "$(from_inside $a $n)" "$n -"
	check "from inside: tracked" within "$(tracked $a)" $n $((n + 1000))
	paid "from inside" $n 250

	require "anew" again "$track"
	before=$(kmem $a)
	same "from the host: none is dropped" "$(from_outside $n)" 0
	check "from the host: tracked" within "$(tracked $a)" $n $((n + 1000))
	paid "from the host" $n 250

	require "anew" again "$track"
	before=$(kmem $a)
	same "by the host, inside: none is dropped" \
		"$(from_outside $n in_net $a)" 0
	check "by the host, inside: tracked" \
		within "$(tracked $a)" $n $((n + 1000))
	paid "by the host, inside" $n 250
}

barrier() {
	local fails held got
	require "anew" again "$track"
	fails=$(value kmemsize failcnt)
	held=$(value kmemsize held)
	limit kmemsize $((held + 600000))
	got=$(from_inside $a 10000)
	check "some, then the packet is dropped" \
		grep -qxE '[0-9]+ EPERM' <<<"$got"
	check "as many as the barrier allows" within "${got% *}" 100 2500
	check "it was refused" test "$(value kmemsize failcnt)" -gt "$fails"
	check "and recorded" \
		sh -c "python3 ubc.py why $a | grep -q '^kmemsize '"
	same "the other container is not refused" \
		"$(from_inside $b 2000)" "2000 -"
	limit kmemsize max
	same "without a barrier it goes on" "$(from_inside $a 5000)" "5000 -"
}

# Nothing inside asks for memory, so nobody makes room: what cannot wait goes
# through up to an eighth above the limit.
full() {
	local pages fails more
	require "anew" again "$track"
	check "packets are counted" set_inside nf_conntrack_acct 1
	sleep 1
	pages=$(($(value physpages held) + 64))
	fails=$(value physpages failcnt)
	limit swappages 0 physpages $pages
	# more than an eighth takes
	more=$((pages / 8 * 4096 / 300 + 2000))
	from_outside $more >/dev/null
	check "no more than an eighth above all memory" \
		within "$(value physpages held)" $pages \
		$((pages + pages / 8 + 128))
	check "the rest is refused" \
		test "$(value physpages failcnt)" -gt "$fails"
	check "and recorded" \
		sh -c "python3 ubc.py why $a | grep -q '^physpages '"
	limit physpages 65536
	check "there is room again" within "$(tracked $a)" 100 $((more - 100))
	same "and tracks again" "$(from_inside $a 1000)" "1000 -"
}

if [ $whole ]; then
	who_pays
	barrier
	full
fi

# ------------------------------------------------------------ elements --

require "rules that add" again "$add"
before=$(kmem $a) others=$(kmem $b)
same "elements: packets pass" "$(from_inside $a $many)" "$many -"
same "elements: all are there" "$(elements $a)" $many
paid "elements" $many 64
fails=$(value kmemsize failcnt)
require "an empty set" rules $a "$add"
# not even enough for a program
limit kmemsize $(($(kmem $a) + 20000))
same "elements: packets pass whatever the set" \
	"$(from_outside $((many * 3)) in_net $a)" 0
check "elements: it was refused" test "$(value kmemsize failcnt)" -gt "$fails"
limit kmemsize max
check "elements: as many as the barrier allows" \
	within "$(elements $a)" 1 $((many * 3 - 1))

# ------------------------------------------------- unloaded under load --

under_load() {
	local id n
	require "rules that track and add" rules $a "$track
$add"
	for id in $a $b; do
		while :; do
			from_inside $id 60000 >/dev/null || sleep 0.1
		done &
	done
	while :; do from_outside 10000 >/dev/null; done &
	for n in 1 2 3; do
		# who is in one of its functions is soon out of it
		check "unload $n" wait_for 60 rmmod vzubc
		check "load $n" modprobe vzubc
		check "hooked again" grep -qE "^nf_ct_ext_add +armed" /proc/vz/hooks
	done
	# shellcheck disable=SC2046
	kill $(jobs -p)
	wait 2>/dev/null
}

# takes the debug kernel many minutes
[ ! $whole ] || under_load

for id in $a $b; do
	check "stop" vzctl stop $id --fast
	check "destroy" vzctl destroy $id
done
check "nothing is left" wait_for 30 sh -c '! [ -s /proc/bc/dead ]'
check "no other hook has failed" sh -c "! grep failed /proc/vz/hooks |
	grep -v '^__nf_conntrack_alloc '"
check "the modules go" unload_vz
check "and come" load_vz
finish
