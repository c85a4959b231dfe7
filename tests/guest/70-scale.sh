#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Many containers, and one many times: nothing is left behind.
# VZ_COUNT: how many (40).
# kernels: 6.1 6.12 debug
# check: 6.1 debug
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

first=7001 count=${VZ_COUNT:-$((VZ_SLOW > 1 ? 4 : 40))}
times=$count
require "one container as the model" vzctl create $first --ostemplate busybox

begin=$SECONDS
for i in $(seq $((first + 1)) $((first + count - 1))); do
	vzctl --quiet create "$i" --ostemplate busybox || not_ok "create $i"
done
echo "# $count containers created in $((SECONDS - begin)) s"

one_round() {
	local i
	for i in $(seq $first $((first + count - 1))); do
		vzctl --quiet start "$i" || not_ok "start $i"
	done
	same "$count containers run" "$(vzlist -H -o ctid | wc -l)" $count
	same "$count times init" "$(grep -c . /proc/vz/veinfo)" $((count + 1))
	same "all have different host ids" \
		"$(vzlist -H -o ctid | while read -r i; do stat -c %u "/sys/fs/cgroup/vz/$i/ct"; done | sort -u | wc -l)" $count
	for i in $(seq $first $((first + count - 1))); do
		vzctl --quiet stop "$i" --fast || not_ok "stop $i"
	done
	same "none runs" "$(vzlist -H -o ctid 2>/dev/null | wc -l)" 0
}

begin=$SECONDS
one_round
echo "# $count containers started and stopped in $((SECONDS - begin)) s"
for i in $(seq $((first + 1)) $((first + count - 1))); do
	vzctl --quiet destroy "$i" || not_ok "destroy $i"
done

cycles() {
	local i
	for i in $(seq "$1"); do
		vzctl --quiet start $first && vzctl --quiet stop $first --fast ||
			{ not_ok "cycle $i"; return; }
	done
}
cycles $((VZ_SLOW > 1 ? 3 : 10))
/vz-test/leakcheck begin
begin=$SECONDS
cycles $times
echo "# $times cycles in $((SECONDS - begin)) s"
if /vz-test/leakcheck end; then
	ok "$times starts and stops leave nothing behind"
else
	not_ok "$times starts and stops leave something behind"
fi
check "destroy" vzctl destroy $first
unload_vz && ok "the modules unload" || not_ok "the modules do not unload"
load_vz && ok "and load again" || not_ok "the modules do not load again"
finish
