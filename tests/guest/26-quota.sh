#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check: 6.12 7.2 debug
# Disk quota of a simfs by the module's own interface.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/guest/lib.sh
. ./lib.sh

lower=/vz/quota/lower upper=/vz/quota/upper
rm -rf /vz/quota
mkdir -p $lower $upper
require "the module" modprobe vzquota
check "objects are counted" leakcheck begin
timeout $((240 * VZ_SLOW)) python3 simfs/quota.py $lower $upper 2>&1 |
	tee /tmp/out
rc=${PIPESTATUS[0]}
out=$(cat /tmp/out)
passed=$((passed + $(grep -c '^ok ' <<<"$out")))
failed=$((failed + $(grep -c '^not ok ' <<<"$out")))
same "its end" $rc 0
mountpoint -q $upper && umount $upper
check "no object is left" leakcheck end 1000
check "vzquota unloads" rmmod vzquota
check "and loads" modprobe vzquota
finish
