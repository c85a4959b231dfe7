#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2 debug
# Beancounters: each resource is taken until it is refused, and given back.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

modprobe vzubc
for id in 321 322; do
	require "create $id" vzctl create $id --ostemplate busybox
	vzctl set $id --ram 256M --swap 0 --save >/dev/null
	cp /vz-test/ub-use /vz/private/$id/
	require "start $id" vzctl start $id
done
python3 ubc/limits.py 321 322
same "all resources" $? 0
check "stop" sh -c "vzctl stop 321 --fast && vzctl stop 322 --fast"
check "nothing is left of them" wait_for 20 sh -c '! [ -s /proc/bc/dead ]'
refused "nor are their directories" ls /proc/bc/321
check "destroy" sh -c "vzctl destroy 321 && vzctl destroy 322"
check "no hook failed" sh -c "! grep failed /proc/vz/hooks"
check "the module can be unloaded" wait_for 60 rmmod vzubc
check "and loaded" modprobe vzubc
finish
