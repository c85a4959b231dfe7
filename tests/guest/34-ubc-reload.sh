#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# check: 6.1
# Beancounters come and go: the module under load, many containers, and a
# function that somebody else has hooked.
# VZ_RELOADS: how often the module is loaded (2), VZ_CYCLES: how many
# containers are made (1000).
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=381 other=382 reloads=${VZ_RELOADS:-2} cycles=${VZ_CYCLES:-1000}
ub() { python3 ./ubc.py "$@"; }
value() { ub get "${3:-$ct}" "$1" "$2"; }
# what of a container is counted that should not grow by itself
counted() {
	local name
	for name in numfile numflock numpty nummounts numtcpsock numothersock \
		numsiginfo numkeys; do
		echo "$name $(value $name held "$1")"
	done
}
counted_as() { [ "$(counted "$1")" = "$2" ]; }
nothing_dead() { [ -z "$(cat /proc/bc/dead)" ]; }
# Far above what is taken at once, far below what is taken in all.
set_limits() {
	ub set "$1" numfile 3000 numflock 100 numpty 50 nummounts 500 \
		numtcpsock 100 numothersock 200
}

# -------------------------------------------------- loaded under load --

require "vzubc is loaded" modprobe vzubc
for id in $ct $other; do
	require "create $id" vzctl create $id --ostemplate busybox
	cp /vz-test/ub-use /vz/private/$id/
	require "start $id" vzctl start $id
done
rm -f /tmp/storm.stop

# storm NAME COMMAND... - takes and gives back until the file is there
storm() {
	local name=$1
	shift
	"$@" storm 1000000000 </dev/null >"/tmp/storm.$name" 2>&1 &
	storms+=($!)
}
# start_storms - two containers and the host
start_storms() {
	local id
	storms=()
	rm -f /tmp/storm.stop
	for id in $ct $other; do
		rm -f /vz/root/$id/tmp/storm.stop
		storm $id vzctl exec3 $id /ub-use
	done
	storm host unshare -m /vz-test/ub-use
}
# stop_storms TEXT - nothing may have ended before, nor been refused
stop_storms() {
	local name
	touch /tmp/storm.stop /vz/root/{$ct,$other}/tmp/storm.stop
	wait "${storms[@]}"
	for name in $ct $other host; do
		check "$1: nothing was refused in $name" \
			grep -qxE '[1-9][0-9]* ECANCELED' /tmp/storm.$name
		echo "# rounds of $name: $(head -n 1 /tmp/storm.$name)"
	done
}

coproc SOCKETS { vzctl exec3 $ct /ub-use unix 5; }
sockets_in=${SOCKETS[1]}
read -r _ <&"${SOCKETS[0]}"

begin=$SECONDS loaded=0 found=0
start_storms
for _ in $(seq "$reloads"); do
	wait_for 60 rmmod vzubc && modprobe vzubc || break
	loaded=$((loaded + 1))
	set_limits $ct && set_limits $other &&
		[ "$(value numothersock held)" -ge 5 ] &&
		[ "$(value numproc held $other)" -ge 2 ] &&
		found=$((found + 1))
	sleep 0.3
done
echo "# $loaded times in $((SECONDS - begin)) s"
same "vzubc goes and comes $reloads times" "$loaded" "$reloads"
same "what runs is found each time" "$found" "$reloads"
stop_storms "reloading"
check "no hook failed" sh -c "! grep failed /proc/vz/hooks"
refused "nothing was given back that was not taken" \
	sh -c "dmesg | grep 'would be below zero'"
exec {sockets_in}>&-
wait "$SOCKETS_PID" 2>/dev/null

check "stop" sh -c "vzctl stop $ct --fast && vzctl stop $other --fast"
check "nothing is left of them" wait_for 20 nothing_dead
refused "nor are their directories" ls /proc/bc/$ct /proc/bc/$other

# What the kernel tells of a container that runs is counted as it was.
check "start again" vzctl start $ct
holders=()
# hold WHAT HOW-MANY - and keeps them until the others are closed
hold() {
	local fifo=/tmp/hold.$1
	mkfifo "$fifo"
	vzctl exec3 $ct /ub-use "$1" "$2" <"$fifo" >"$fifo.out" 2>&1 &
	holders+=($!)
	exec {fd}>"$fifo"
	rm "$fifo"
	hold_fds+=("$fd")
	wait_for 20 grep -q "^$2 " "$fifo.out"
}
seedable() {
	counted $ct
	echo "numneigh $(value numneigh held)"
}
seedable_as() { [ "$(seedable)" = "$1" ]; }
held_all() {
	local name
	for name in numflock numneigh numkeys nummounts; do
		value $name held
	done | xargs
}
sleep 1
read -r _ _ keys mounts <<<"$(held_all)"
hold_fds=()
for what in file:40 flock:7 posix:9 pty:3 tcp:4 unix:6 neighbour:5 key:8 \
	mount:5; do
	hold "${what%:*}" "${what#*:}" && ok "${what/:/: }" || not_ok "$what"
done
sleep 2
before=$(seedable)
neighbours=$(($(value numneigh held) - 5))
# its root, which the host mounted, is found as well
before=$(awk '$1 == "nummounts" { $2++ } 1' <<<"$before")
check "the module is loaded anew" sh -c "rmmod vzubc && modprobe vzubc"
check "what it has is counted as before" wait_for 10 seedable_as "$before"
seedable_as "$before" || diff <(echo "$before") <(seedable)
for fd in "${hold_fds[@]}"; do exec {fd}>&-; done
wait "${holders[@]}"
none_held() { [ "$(held_all)" = "0 $neighbours $keys $((mounts + 1))" ]; }
check "and given back" wait_for 20 none_held
none_held || held_all
check "stop" vzctl stop $ct --fast
check "nothing is left" wait_for 20 nothing_dead

# What they had from the beginning is counted, and does not drift.
check "start again" sh -c "vzctl start $ct && vzctl start $other"
set_limits $ct && set_limits $other
sleep 1
before=$(counted $ct)
start_storms
sleep 5
stop_storms "counting"
check "nothing drifts" wait_for 20 counted_as $ct "$before"
counted_as $ct "$before" || diff <(echo "$before") <(counted $ct)
check "stop" sh -c "vzctl stop $ct --fast && vzctl stop $other --fast"
check "nothing is left of them" wait_for 20 nothing_dead
cat /proc/bc/dead

# ---------------------------------------------------- many containers --

# starts HUNDREDS - containers with a process, each with namespaces of its own
starts() {
	local _
	for _ in $(seq "$1"); do
		/vz-test/vzcore-test many-starts || return
	done
}

VZ_CYCLES=10 /vz-test/vzcore-test many >/dev/null
check "nothing is left of ten" wait_for 20 nothing_dead
check "objects are counted" leakcheck begin
used=$(cat /sys/module/vzubc/refcnt)
entries=$(find /proc/bc -type d | sort)
begin=$SECONDS
check "$cycles times created and destroyed" \
	env VZ_CYCLES="$cycles" /vz-test/vzcore-test many
hundreds=$(((cycles + 99) / 100))
check "$hundreds hundreds started and killed" starts $hundreds
echo "# both in $((SECONDS - begin)) s"
check "nothing is left of them" wait_for 20 nothing_dead
head -n 5 /proc/bc/dead
same "nor in /proc/bc" "$(find /proc/bc -type d | sort)" "$entries"
same "nobody uses the module" "$(cat /sys/module/vzubc/refcnt)" "$used"
check "no object is left" leakcheck end "$cycles"

# ------------------------------------ functions that are somebody's --

taken() { modprobe vztaken functions="$1"; }
first() { head -n 1; }

# said FUNCTION FEATURE - by the log and by the file
said() {
	local why="somebody else has hooked it; without it: $2"
	check "$1: the log says so" sh -c "dmesg | grep -F 'hook $1: $why'"
	check "$1: the list of hooks says so" grep -qE "^$1 +failed: $why" \
		/proc/vz/hooks
}

# unknown RESOURCE TAKER
unknown() {
	same "$1 is unknown" "$(value "$1" held)" unknown
	same "$1 has no value in the list" \
		"$(vzlist -Ho "$1" $ct | tr -d ' ')" -
	ub set $ct "$1" 5
	same "$1 is not refused" \
		"$(vzctl exec3 $ct /ub-use "$2" 50 </dev/null | first)" "50 -"
	ub set $ct "$1" max
}

# in_force RESOURCE TAKER - 20 more than are held, which may be less soon
in_force() {
	ub set $ct "$1" $(($(value "$1" held) + 20))
	same "$1 is refused" \
		"$(vzctl exec3 $ct /ub-use "$2" 50 </dev/null | first |
			grep -cE '^(1[0-9]|20) E')" 1
	ub set $ct "$1" max
}

dmesg -C
check "vzubc goes" rmmod vzubc
# The second one is not tried when the module is loaded, and of its family the
# first one works.
check "two functions are hooked" taken security_file_alloc,posix_lock_inode
check "vzubc comes" modprobe vzubc
check "start" vzctl start $ct
said security_file_alloc "numfile is not counted"
said posix_lock_inode "numflock is not counted"
same "no others fail but those of the families" \
	"$(grep failed /proc/vz/hooks |
		grep -cvE 'without it: (numfile|numflock) is not counted')" 0
unknown numfile eventfd
unknown numflock flock
in_force numpty pty
in_force numothersock unix
check "stop" vzctl stop $ct --fast
check "nothing is left" wait_for 20 nothing_dead

check "the other one goes" rmmod vztaken
check "vzubc goes" rmmod vzubc
check "and comes" modprobe vzubc
check "start" vzctl start $ct
same "all hooks work" "$(grep -c failed /proc/vz/hooks)" 0
in_force numfile eventfd
in_force numflock flock
refused "what is counted cannot be hooked" taken security_file_alloc
check "stop" vzctl stop $ct --fast
check "nothing is left" wait_for 20 nothing_dead
check "destroy" sh -c "vzctl destroy $ct && vzctl destroy $other"
finish
