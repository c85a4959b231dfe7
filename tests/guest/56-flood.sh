#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One container floods; another one and the host go on working.
# kernels: 6.1 6.12 7.2
# check: 6.12
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/guest/lib.sh
. ./lib.sh

# the program changes them
forward=/proc/sys/net/ipv4/ip_forward
forward6=/proc/sys/net/ipv6/conf/all/forwarding
before=$(cat $forward) before6=$(cat $forward6)

rc=0
out=$(timeout 300 /vz-test/vzcore-test net-flood 2>&1) || rc=$?
printf '%s\n' "$out"
passed=$(grep -c '^ok ' <<<"$out")
failed=$(grep -c '^not ok ' <<<"$out")
[ $rc = 0 ] || [ "$failed" -gt 0 ] || not_ok "net-flood ended with status $rc"

echo "$before" >$forward
echo "$before6" >$forward6

finish
