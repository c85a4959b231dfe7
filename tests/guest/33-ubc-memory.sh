#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# Beancounters of memory: what is held, what is refused, who is killed, and what
# a container sees of its memory.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=331 other=332 page=4096
ub() { python3 ./ubc.py "$@"; }
# held maxheld barrier limit failcnt
value() { ub get "${3:-$ct}" "$1" | cut -d' ' -f"$2"; }
held() { value "$1" 1 "${2:-}"; }
maxheld() { value "$1" 2; }
failcnt() { value "$1" 5; }
near() { # TEXT GOT WANTED SLACK
	if [ $(($2 - $3)) -le "$4" ] && [ $(($3 - $2)) -le "$4" ]; then
		ok "$1"
	else
		not_ok "$1: $2 instead of $3 +- $4"
	fi
}
less() { # TEXT SMALLER LARGER
	if [ "$2" -le "$3" ]; then ok "$1"; else not_ok "$1: $2 > $3"; fi
}
# the kernel sums statistics up every two seconds
settle() { sleep 2.5; }

# take CT NAME COUNT [SIZE] - leaves "N ERRNO" in $took, "killed" when it died
take() {
	local id=$1
	shift
	coproc user { exec vzctl exec3 $id /ub-use "$@" 2>/tmp/take.err; }
	to=${user[1]} from=${user[0]}
	read -r took <&"$from" || took=killed
}
# give - gives it back; afterwards the process still lives
give() {
	echo >&"$to"
	read -r _ <&"$from"
}
# leave - ends it
leave() {
	# of the coprocess
	# shellcheck disable=SC2154
	local pid=$user_PID to_fd=$to
	exec {to_fd}>&-
	[ -z "$pid" ] || wait "$pid"
	return 0
}
meminfo() { vzctl exec2 $ct "awk '\$1 == \"$1:\" { print \$2 }' /proc/meminfo"; }
host_total=$(awk '/MemTotal/ { print $2 }' /proc/meminfo)
host_rows=$(wc -l </proc/meminfo)

require "the module" modprobe vzubc
sed 's/^/# /' /proc/vz/hooks
check "every hook works" sh -c "! grep failed /proc/vz/hooks"
same "vswap" "$(cat /proc/vz/vswap)" "Version: 1.0"
for i in $ct $other; do
	require "create $i" vzctl create $i --ostemplate busybox
	cp /vz-test/ub-use /vz/private/$i/
	require "start $i" vzctl start $i
done

# ------------------------------------------------------- physpages, views --
base=$(held physpages)
check "limits of ram and swap" ub set $ct physpages 0:16384 swappages 0:0
same "they are the cgroup's" "$(cd /sys/fs/cgroup/vz/$ct &&
	cat memory.max memory.high memory.swap.max | tr '\n' ' ')" \
	"$((16384 * page)) max 0 "
same "MemTotal inside" "$(meminfo MemTotal)" 65536
same "SwapTotal inside" "$(meminfo SwapTotal)" 0
less "MemFree is less" "$(meminfo MemFree)" 65536
same "free inside" "$(vzctl exec2 $ct free | awk '/Mem:/ { print $2 }')" 65536
same "no row of the host's machine" "$(meminfo DirectMap4k)" ""
same "/proc/bc/$ct/meminfo" "$(grep MemTotal /proc/bc/$ct/meminfo)" \
	"MemTotal:          65536 kB"
# the kernel's VmallocTotal has more digits than there is room for
same "rows are as wide as the kernel's" "$(vzctl exec2 $ct cat /proc/meminfo |
	awk 'NR == FNR { if ($2 < 100000000) w[$1] = length; next }
		$1 in w && w[$1] != length' /proc/meminfo -)" ""
same "MemTotal of the host" "$(awk '/MemTotal/ { print $2 }' /proc/meminfo)" \
	"$host_total"
same "rows of the host" "$(wc -l </proc/meminfo)" "$host_rows"
same "sysinfo(2) inside" "$(vzctl exec3 $ct /ub-use sysinfo 1 </dev/null |
	head -n 1)" "ram 65536 swap 0 kB"
same "pages of vmstat inside" "$(vzctl exec2 $ct cat /proc/vmstat |
	awk '$1 == "nr_free_pages" { print ($2 < 16384) }')" 1
same "events of the host are not in vmstat" "$(vzctl exec2 $ct cat /proc/vmstat |
	awk '$1 == "pgfault" { print $2 }')" 0
less "vmstat of the host" 16384 "$(awk '$1 == "nr_free_pages" { print $2 }' /proc/vmstat)"
same "no swap is listed" "$(vzctl exec2 $ct cat /proc/swaps | wc -l)" 1

take $ct anon 32 $((1 << 20))
same "half of the ram" "$took" "32 -"
near "it is held" "$(held physpages)" $((base + 8192)) 1024
less "the most" $((8192 + base - 1024)) "$(maxheld physpages)"
settle
near "AnonPages inside" "$(meminfo AnonPages)" 32768 4096
near "oomguarpages" "$(held oomguarpages)" 8192 1024
give
near "it was given back" "$(held physpages)" "$base" 1024
leave

fails=$(failcnt physpages) kills=$(failcnt oomguarpages)
take $other anon 8 $((1 << 20))
same "the neighbour's" "$took" "8 -"
exec {keep}>&"$to" {keep_from}<&"$from"
take $ct anon 128 $((1 << 20))
same "more than the ram: killed" "$took" killed
leave
less "physpages counts it" $((fails + 1)) "$(failcnt physpages)"
same "oomguarpages counts the victim" "$(failcnt oomguarpages)" $((kills + 1))
near "nothing is left" "$(held physpages)" "$base" 1500
echo >&"$keep"
read -r line <&"$keep_from"
same "the neighbour lives" "$line" "done"
exec {keep}>&- {keep_from}<&-
same "nor was it refused anything" "$(value physpages 5 $other)" 0

# ------------------------------------------------------------------ vswap --
check "ram and swap, the host has none" ub set $ct physpages 0:16384 \
	swappages 0:16384
same "the cgroup's" "$(cd /sys/fs/cgroup/vz/$ct &&
	cat memory.max memory.high | tr '\n' ' ')" \
	"$((32768 * page)) $((16384 * page)) "
same "SwapTotal" "$(meminfo SwapTotal)" 65536
same "swaps inside" "$(vzctl exec2 $ct cat /proc/swaps | awk 'NR == 2 { print $1, $2, $3, $5 }')" \
	"/dev/null partition 65536 -1"
take $ct anon 72 $((1 << 20))
same "more than the ram" "$took" "72 -"
near "physpages stay" "$(held physpages)" 16384 64
near "the rest is swap" "$(held swappages)" $((base + 18432 - 16384)) 1200
less "SwapFree" "$(meminfo SwapFree)" 61000
give
leave
same "swappages back" "$(held swappages)" 0
less "most of swappages" 1000 "$(maxheld swappages)"
check "unlimited" ub set $ct physpages 0:- swappages 0:-
less "memory is limited nevertheless" "$(cat /sys/fs/cgroup/vz/$ct/memory.max)" \
	$((host_total * 1024))

# ---------------------------------------------------------------- numproc --
check "numproc" ub set $ct numproc 40:40
same "pids.max" "$(cat /sys/fs/cgroup/vz/$ct/pids.max)" 40
same "held" "$(held numproc)" "$(cat /sys/fs/cgroup/vz/$ct/pids.current)"
take $ct process 100
check "processes are refused" test "${took#* }" != "-"
leave
ub set $ct numproc -
same "never without" "$(cat /sys/fs/cgroup/vz/$ct/pids.max)" 8192

# ------------------------------------------------------------- guarantees --
# that of a container with --ram is its memory
rest=$(cat /sys/fs/cgroup/vz/$other/memory.low)
same "a guarantee by --ram" "$rest" $((256 << 20))
check "guarantees" ub set $ct vmguarpages 1000:- oomguarpages 2000:-
same "of the cgroup" "$(cat /sys/fs/cgroup/vz/$ct/memory.low)" $((1000 * page))
same "of all" "$(cat /sys/fs/cgroup/vz/memory.low)" $((1000 * page + rest))
python3 -c 'import time; a = bytearray(200 << 20); time.sleep(600)' &
large=$!
take $other anon 24 $((1 << 20))
exec {keep}>&"$to" {keep_from}<&"$from"
take $ct anon 16 $((1 << 20))
settle
kills=$(failcnt oomguarpages)
check "the host runs out of memory" sh -c 'echo f >/proc/sysrq-trigger'
wait_for 20 sh -c "[ \"\$(python3 ./ubc.py get $ct oomguarpages | cut -d' ' -f5)\" -gt $kills ]"
same "who holds more than it was guaranteed is killed" "$(failcnt oomguarpages)" $((kills + 1))
leave
check "not the largest, which is the host's" kill $large
same "nor the neighbour" "$(value oomguarpages 5 $other)" 0
check "the container is still there" vzctl exec2 $ct true
echo >&"$keep"
read -r line <&"$keep_from"
same "who lives" "$line" "done"
exec {keep}>&- {keep_from}<&-
ub set $ct vmguarpages 0:- oomguarpages -
same "none any more" "$(cat /sys/fs/cgroup/vz/memory.low)" "$rest"

# --------------------------------------------------------------- kmemsize --
settle
stat=$(awk '$1 == "kernel" { print $2 }' /sys/fs/cgroup/vz/$ct/memory.stat)
near "kmemsize without a limit" "$(held kmemsize)" "$stat" $((512 << 10))
bar=$((stat + (6 << 20)))
check "a limit of kmemsize" ub set $ct kmemsize $bar:$((bar + (1 << 20)))
check "its hooks work" sh -c '! grep failed /proc/vz/hooks'
same "they are in place" "$(grep -cE \
	'^(__mod_memcg_state|try_charge_memcg) +armed$' /proc/vz/hooks)" 2
base=$(held kmemsize)
near "held is exact" "$base" \
	"$(awk '$1 == "kernel" { print $2 }' /sys/fs/cgroup/vz/$ct/memory.stat)" $((64 << 10))
for what in "sem 500 8000" "epoll 100000 1"; do
	fails=$(failcnt kmemsize)
	# shellcheck disable=SC2086
	take $ct $what
	same "$what: refused" "${took#* }" ENOMEM
	less "$what: up to the barrier" "$(held kmemsize)" $bar
	less "$what: near it" $((bar - (700 << 10))) "$(maxheld kmemsize)"
	less "$what: counted" $((fails + 1)) "$(failcnt kmemsize)"
	same "$what: recorded" "$(ub why $ct | tail -n 1 | cut -d' ' -f1,4)" "kmemsize $bar"
	same "the neighbour is not" "$(value kmemsize 5 $other)" 0
	give
	leave
	near "$what: given back" "$(held kmemsize)" "$base" $((512 << 10))
done
less "the most" $((bar - (512 << 10))) "$(maxheld kmemsize)"
take $ct process 500
check "page tables: processes are refused" test "$took" != "500 -"
leave
check "the container still works" vzctl exec2 $ct true
near "processes: given back" "$(held kmemsize)" "$base" $((1 << 20))
near "still exact" "$(held kmemsize)" \
	"$(awk '$1 == "kernel" { print $2 }' /sys/fs/cgroup/vz/$ct/memory.stat)" $((256 << 10))
ub set $ct kmemsize -
check "the hooks go" wait_for 30 sh -c "grep '__mod_memcg_state.*idle' /proc/vz/hooks"

# ------------------------------------------------------------- dcachesize --
base=$(held dcachesize)
lim=$((base + (4 << 20)))
check "a barrier of dcachesize" ub set $ct dcachesize $((base + (2 << 20))):$lim
check "its hook works" grep -q '^__d_alloc .*armed$' /proc/vz/hooks
take $ct dentry 20000 100
same "names that are not there: made room for" "$took" "20000 -"
settle
less "below the limit" "$(held dcachesize)" $lim
same "nothing was refused" "$(failcnt dcachesize)" 0
leave
take $ct deep 20000
same "directories that are in use: refused" "${took#* }" ENOMEM
settle
less "the limit holds" "$(held dcachesize)" $((lim + (256 << 10)))
less "it was reached" $((lim - (512 << 10))) "$(maxheld dcachesize)"
check "counted" test "$(failcnt dcachesize)" -gt 0
same "the neighbour is not refused" "$(value dcachesize 5 $other)" 0
ub set $ct dcachesize -
give
leave
check "names are there again" vzctl exec2 $ct 'ls /etc >/dev/null'

# ----------------------------------------------------------------- ioacct --
vzctl exec2 $ct 'dd if=/dev/zero of=/data bs=64k count=64 2>/dev/null; sync'
same "rows of ioacct" "$(awk '{ print $1 }' /proc/bc/$ct/ioacct | tr '\n' ' ')" \
	"read write dirty "
less "what was written" $((4 << 20)) "$(awk '$1 == "write" { print $2 }' /proc/bc/$ct/ioacct)"
vzctl exec2 $ct rm /data

# -------------------------------------------------------------------- end --
for i in $ct $other; do
	check "stop $i" vzctl stop $i --fast
done
check "nothing is left" wait_for 30 sh -c '[ -z "$(cat /proc/bc/dead)" ]'
cat /proc/bc/dead | sed 's/^/# /'
for i in $ct $other; do vzctl destroy $i >/dev/null; done
check "the modules unload" unload_vz
check "and load" load_vz
finish
