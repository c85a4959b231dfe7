#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check: 6.1 debug
# vznet.ko by its ioctls and by packets, without libvz.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/guest/lib.sh
. ./lib.sh

program=/vz-test/vzcore-test

# suite NAME - the program prints a line for each of its tests itself
suite() {
	local rc=0 out
	out=$(timeout $((240 * VZ_SLOW)) "$program" "$1" 2>&1) || rc=$?
	printf '%s\n' "$out"
	passed=$((passed + $(grep -c '^ok ' <<<"$out")))
	failed=$((failed + $(grep -c '^not ok ' <<<"$out")))
	[ $rc = 0 ] || [ "$failed" -gt 0 ] || not_ok "$1 ended with status $rc"
}

modprobe -r vztest vznet 2>/dev/null
check "vznet loads" modprobe vznet
check "the host has its device" test -d /sys/class/net/venet0
same "veip is root's" "$(stat -c '%a %u' /proc/vz/veip)" "400 0"

suite net-addr
suite net-device
suite net-packet
suite net-class
suite net-load

check "objects are counted" leakcheck begin
suite net-many
check "no object is left" leakcheck end 1000
check "objects are counted" leakcheck begin
suite net-crowd
check "no object is left of a crowd" leakcheck end 300

suite net-reload
check "vznet unloads" rmmod vznet
refused "its device is gone" test -e /sys/class/net/venet0
refused "its file is gone" test -e /proc/vz/veip
check "and it loads again" modprobe vznet

finish
