#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# check: 6.1
# Many simfs with quotas at once, and the time that mounting one takes.
# VZ_MOUNTS: how many (300).
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

count=${VZ_MOUNTS:-300} top=/vz/mounts
modprobe vzquota
mkdir -p $top/first $top/all
# what is made once and kept
require "some of them" fs-stress mounts $top/first 5
check "objects are counted" leakcheck begin
fs-stress mounts $top/all "$count"
same "$count of them" $? 0
same "none is on" "$(grep -c '^[0-9]' /proc/vz/vzquota)" 0
rm -rf $top
# the block layer keeps some hundred of its own for later
check "no object is left" leakcheck end $((count + 300))
check "vzquota unloads" rmmod vzquota
check "and loads" modprobe vzquota
finish
