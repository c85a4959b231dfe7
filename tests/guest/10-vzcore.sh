#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check: 6.1 7.2 debug
# vzcore.ko by its ioctls, without libvz.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/guest/lib.sh
. ./lib.sh

program=/vz-test/vzcore-test
log=$(mktemp)

# suite NAME - the program prints a line for each of its tests itself
suite() {
	local pid rc=0 out
	timeout $((240 * VZ_SLOW)) "$program" "$1" >"$log" 2>&1 || rc=$?
	if [ $rc = 124 ]; then
		for pid in $(pgrep vzcore-test); do
			echo "# $pid $(cat "/proc/$pid/wchan")"
			sed 's/^/#   /' "/proc/$pid/stack"
		done
		pkill -9 vzcore-test
	fi
	out=$(cat "$log")
	printf '%s\n' "$out"
	passed=$((passed + $(grep -c '^ok ' <<<"$out")))
	failed=$((failed + $(grep -c '^not ok ' <<<"$out")))
	[ $rc = 0 ] || [ "$failed" -gt 0 ] || not_ok "$1 ended with status $rc"
}

unload_vz
check "vzcore loads" modprobe vzcore
same "/dev/vzctl is root's" "$(stat -c '%a %u %g' /dev/vzctl)" "600 0 0"
same "no device of a terminal on the host" \
	"$(find /dev /sys/class/tty -name '*vztty*')" ""
same "all hooks work" "$(grep -c failed /proc/vz/hooks)" 0
for name in registry life console events visible race; do
	suite $name
done

check "test subsystems load" modprobe vztest
suite subsys
suite orphan
check "test subsystems unload" rmmod vztest

check "objects are counted" leakcheck begin
suite many
check "no object is left of 1000 containers" leakcheck end 1000
check "objects are counted" leakcheck begin
suite many-starts
suite crowd
check "no object is left of 200 running ones" leakcheck end 100

check "vzcore unloads" rmmod vzcore
refused "nothing of it is left in /proc" test -e /proc/vz
refused "nothing of it is left in /dev" test -e /dev/vzctl

# Reads /proc and opens terminals that may be there or not, until killed.
busy() {
	while :; do
		ls /proc /proc/self /proc/vz
		cat /proc/vz/veinfo
	done >/dev/null 2>&1
}

# A kernel under emulation can hang when code is patched that another CPU
# executes: load and unloading share one.
busy &
load=$!
taskset -p -c 0 $load >/dev/null
rounds=0 times=$((15 / VZ_SLOW + 1))
for _ in $(seq $times); do
	taskset -c 0 modprobe vzcore &&
		taskset -c 0 "$program" one >/dev/null &&
		taskset -c 0 rmmod vzcore && rounds=$((rounds + 1))
done
kill $load
wait $load 2>/dev/null
same "load, a container, unload, $times times under load" $rounds $times

check "and it loads again" modprobe vzcore

finish
