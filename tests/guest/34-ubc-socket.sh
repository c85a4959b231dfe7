#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Beancounters of sockets, their buffers and packet filters.
# kernels: 6.1 6.12 7.2
# shellcheck source-path=SCRIPTDIR
. ./lib.sh
. ./nettools.sh

a=341 b=342

# value NAME FIELD [CTID] - one of held maxheld barrier limit failcnt
value() { python3 ubc.py get "${3:-$a}" "$1" "$2"; }
limit() { python3 ubc.py set $a "$@"; }

# within VALUE LOW HIGH
within() { echo "$1 $2 $3"; [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }

# holds NAME VALUE [CTID] - soon, at least: a socket may end a moment later
holds() { wait_for 10 test_held "$@"; }
test_held() { [ "$(value "$1" held "${3:-$a}")" = "$2" ]; }

# use NAME COUNT [SIZE] - runs ub-use inside until let_go; $got is what it said
use() {
	coproc USE { in_ct "${ct:-$a}" /bin/ub-use "$@"; }
	use_in=${USE[1]} use_out=${USE[0]} use_pid=$USE_PID
	read -r got <&"$use_out"
}

let_go() {
	echo >&"$use_in"
	read -r <&"$use_out"
}

finish_use() {
	exec {use_in}>&-
	wait "$use_pid" 2>/dev/null
}

for id in $a $b; do
	require "container $id" tools_ct $id
	cp /vz-test/ub-use /vz/private/$id/bin/
	require "start it" vzctl start $id
done
check "no hook has failed" sh -c "! grep failed /proc/vz/hooks"
for name in numtcpsock numothersock tcpsndbuf tcprcvbuf othersockbuf \
	dgramrcvbuf numiptent; do
	same "$name is known" "$(value $name held | tr -d 0-9)" ""
done

# ------------------------------------------------------------ the number --

# refuses RESOURCE TAKER ERRNO - at the barrier, and gives all back
refuses() {
	local resource=$1 taker=$2 errno=$3 before fails
	holds "$resource" "$(settled "$resource")"
	before=$(value "$resource" held) fails=$(value "$resource" failcnt)
	limit "$resource" $((before + 10)):$((before + 20))
	use "$taker" 50
	same "$taker: ten, then $errno" "$got" "10 $errno"
	same "$taker: held" "$(value "$resource" held)" $((before + 10))
	same "$taker: that was the most" "$(value "$resource" maxheld)" \
		"$(value "$resource" held)"
	same "$taker: one was refused" "$(value "$resource" failcnt)" \
		$((fails + 1))
	ct=$b use_other "$taker"
	let_go
	check "$taker: given back" holds "$resource" "$before"
	finish_use
	limit "$resource" max
}

# settled RESOURCE - what is held when nothing happens
settled() {
	local last now
	now=$(value "$1" held)
	until [ "$now" = "${last-}" ]; do
		last=$now
		sleep 0.5
		now=$(value "$1" held)
	done
	echo "$now"
}

# The other one is never refused.
use_other() {
	same "$1: not so the other container" \
		"$(in_ct $b /bin/ub-use "$1" 50 </dev/null | head -n 1)" "50 -"
}

refuses numtcpsock tcp ENOBUFS
refuses numtcpsock tcp6 ENOBUFS
refuses numothersock udp ENOBUFS
refuses numothersock unix ENOMEM
refuses numothersock netlink ENOMEM
refuses numothersock packet ENOBUFS

# Each connection takes two sockets, and the listener is one.
start=$(settled numtcpsock) fails=$(value numtcpsock failcnt)
limit numtcpsock $((start + 10))
use passive 50
same "passive: one of the last connection is missing" "$got" "4 ETIMEDOUT"
# The client sends its last acknowledgement again and again.
check "passive: and was refused" test "$(value numtcpsock failcnt)" -gt "$fails"
same "passive: not more than the barrier" "$(value numtcpsock maxheld)" \
	$((start + 10))
let_go
finish_use
# what was refused says good-bye the less often, the longer that took
check "passive: given back" wait_for 60 test_held numtcpsock "$start"
limit numtcpsock max

# ------------------------------------------------------------ the buffers --

for name in tcpsndbuf tcprcvbuf othersockbuf dgramrcvbuf; do
	settled $name >/dev/null
done
limit tcpsndbuf 65536:131072 tcprcvbuf 65536:131072
use tcpbuf 1 4000000
same "TCP: what does not fit is refused" "$got" "0 EAGAIN"
check "TCP: what waits to be sent" within "$(value tcpsndbuf held)" 30000 131072
check "TCP: what was received" within "$(value tcprcvbuf held)" 30000 140000
check "TCP: never more" within "$(value tcpsndbuf maxheld)" 30000 140000
check "TCP: the sender was refused" test "$(value tcpsndbuf failcnt)" -gt 0
let_go
finish_use
check "TCP: nothing is left to be sent" holds tcpsndbuf 0
check "TCP: nor received" holds tcprcvbuf 0
limit tcpsndbuf max tcprcvbuf max
same "TCP: without a limit there is no refusal" \
	"$(in_ct $a /bin/ub-use tcpbuf 4 100000 </dev/null | head -n 1)" "4 -"

before=$(settled othersockbuf) fails=$(value othersockbuf failcnt)
limit othersockbuf $((before + 100000))
use unixbuf 50 8000
check "messages: until they do not fit" \
	grep -qxE '([5-9]|1[0-9]) EAGAIN' <<<"$got"
check "messages: held" within "$(value othersockbuf held)" 70000 \
	$((before + 100000))
same "messages: one was refused" "$(value othersockbuf failcnt)" $((fails + 1))
same "messages: not so the other container" \
	"$(in_ct $b /bin/ub-use unixbuf 50 8000 </dev/null | head -n 1)" "50 -"
let_go
finish_use
check "messages: given back" holds othersockbuf "$before"

# Below the barrier there is room for a few, and then each has its share.
limit othersockbuf 30000:1000000 numothersock $((50 + $(value numothersock held)))
use unixbuf 20 8000
same "messages: each socket gets its share" "$got" "20 -"
check "messages: above the barrier" within "$(value othersockbuf held)" 150000 500000
let_go
finish_use
limit othersockbuf $((before + 100000)) numothersock max

in_ct $a /bin/ub-use unixwait 20 8000 </dev/null >/tmp/waits &
sleep 3
same "messages: who may wait does" "$(cat /tmp/waits)" ""
limit othersockbuf max
check "messages: until there is room" wait_for 10 grep -qx "20 -" /tmp/waits
wait $!
check "messages: given back" holds othersockbuf "$before"

before=$(settled dgramrcvbuf)
limit dgramrcvbuf $((before + 30000))
use udpbuf 100 1000
same "datagrams: nobody hears of what is lost" "$got" "100 -"
check "datagrams: some wait" within "$(value dgramrcvbuf held)" 10000 \
	$((before + 33000))
check "datagrams: the others were refused" within \
	"$(value dgramrcvbuf failcnt)" 50 100
let_go
finish_use
check "datagrams: given back" holds dgramrcvbuf "$before"
limit dgramrcvbuf max

# ------------------------------------------------------- packet filters --

start=$(settled numiptent) fails=$(value numiptent failcnt)
nft() { in_ct $a nft "$@"; }
rules() { # COUNT - of nftables, in one go
	printf 'add rule inet t c counter\n%.0s' $(seq "$1") | nft -f -
}
check "nft: a table and a chain" nft add table inet t \
	'{ chain d { }; chain c { type filter hook output priority 0; }; }'
same "nft: no rule yet" "$(value numiptent held)" "$start"
limit numiptent $((start + 10))
check "nft: ten rules" rules 10
same "nft: held" "$(value numiptent held)" $((start + 10))
out=$(rules 1 2>&1)
same "nft: no more" "$(grep -c 'Cannot allocate memory' <<<"$out")" 1
same "nft: held still" "$(value numiptent held)" $((start + 10))
same "nft: one was refused" "$(value numiptent failcnt)" $((fails + 1))
refused "nft: one in a chain that is not there" nft add rule inet t e counter
check "nft: delete one" nft flush chain inet t c
check "nft: given back" holds numiptent "$start"
refused "nft: all or nothing" rules 11
check "nft: nothing is left of it" holds numiptent "$start"
check "nft: five" rules 5
same "nft: five are held" "$(value numiptent held)" $((start + 5))
refused "nft: one that fails" nft add rule inet t e counter
same "nft: five are held still" "$(value numiptent held)" $((start + 5))
check "nft: a jump" nft add rule inet t c jump d
refused "nft: a loop" nft add rule inet t d jump d
check "nft: does not count" holds numiptent $((start + 6))
check "nft: delete the table" nft delete table inet t
check "nft: all are given back" holds numiptent "$start"
limit numiptent max

four() { in_ct $a iptables-legacy "$@"; }
check "iptables: the table" four -L
table=$(value numiptent held)
check "iptables: it has entries itself" within "$table" $((start + 4)) $((start + 4))
for n in 1 2 3; do four -A INPUT -p tcp --dport $n -j DROP; done
same "iptables: three rules" "$(value numiptent held)" $((table + 3))
limit numiptent $((table + 4))
check "iptables: one more" four -A INPUT -j ACCEPT
fails=$(value numiptent failcnt)
out=$(four -A INPUT -j ACCEPT 2>&1)
check "iptables: not another one" grep -qiE 'memory' <<<"$out"
same "iptables: one was refused" "$(value numiptent failcnt)" $((fails + 1))
check "iptables: flush" four -F
same "iptables: given back" "$(value numiptent held)" "$table"
limit numiptent max
check "rules in a namespace of its own" in_ct $a unshare -n sh -c \
	'nft add table inet t "{ chain c { counter; }; }" && iptables-legacy -L'
check "they go with it" holds numiptent "$table"

# -------------------------------------------------------- who has to pay --

start=$(settled numothersock)
use unix 20
same "twenty" "$(value numothersock held)" $((start + 20))
pid=$(pgrep -n -x ub-use)
python3 - "$pid" <<'PY' &
import ctypes, os, sys, time
pidfd = os.pidfd_open(int(sys.argv[1]))
libc = ctypes.CDLL(None, use_errno=True)
# pidfd_getfd
fds = [libc.syscall(438, pidfd, n, 0) for n in (3, 4, 5)]
os.write(1, b"") if min(fds) >= 0 else sys.exit(1)
open("/tmp/taken", "w").close()
time.sleep(3600)
PY
thief=$!
check "three passed on to the host" wait_for 10 test -e /tmp/taken
let_go
finish_use
check "they are still charged" holds numothersock $((start + 3))
kill $thief
check "until they are closed" holds numothersock "$start"

# ------------------------------------------------------------- no drift --

tcp=$(settled numtcpsock) other=$(settled numothersock)
same "a thousand sockets" "$(in_ct $a /bin/ub-use churn 1000 </dev/null | head -n 1)" "1000 -"
check "leave no TCP socket" holds numtcpsock "$tcp"
check "nor another one" holds numothersock "$other"

# -------------------------------------------- rules of before the module --

check "a table" nft add table inet t '{ chain c { }; }'
check "a thousand rules" rules 1000
in_ct $a unshare -n sh -c 'nft add table inet t "{ chain c { counter; }; }" &&
	echo there && exec sleep 1000' >/tmp/own-net &
check "one in a namespace of its own" wait_for 10 grep -q there /tmp/own-net
check "one of iptables" four -A INPUT -j ACCEPT
before=$(value numiptent held)
same "all are counted" "$before" $((table + 1002))
check "the module goes" wait_for 20 rmmod vzubc
check "and comes" modprobe vzubc
same "all rules are found" "$(value numiptent held)" "$before"
check "one more" rules 1
check "and one of iptables" four -A INPUT -j DROP
same "they are counted, too" "$(value numiptent held)" $((before + 2))
check "delete the table" nft delete table inet t
check "its rules are given back" holds numiptent $((table + 3))
in_ct $a /bin/busybox killall sleep
check "and those of the namespace" holds numiptent $((table + 2))
check "flush" four -F
check "none is left" holds numiptent "$table"

# -------------------------------------------------------------- the end --

use tcp 10
vzctl stop $a --fast >/dev/null
vzctl stop $b --fast >/dev/null
finish_use
nothing_left() { [ -z "$(cat /proc/bc/dead)" ]; }
check "nothing is left of the dead" wait_for 30 nothing_left
cat /proc/bc/dead
check "the modules go" unload_vz
check "and come" load_vz
vzctl destroy $a >/dev/null
vzctl destroy $b >/dev/null
finish
