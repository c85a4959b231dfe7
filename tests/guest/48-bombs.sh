#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Hostile loads in one container: what it may not have it is refused, another
# one and the host go on, and it can be stopped.
# BOMBS: names of those that are wanted, separated by colons
# kernels: 6.1 6.12 7.2
# check: 6.12
# shellcheck source-path=SCRIPTDIR
. ./lib.sh
. ./nettools.sh

other=481 a=482 b=483
modprobe -a vzubc af_alg vsock 2>/dev/null
require "container $a" tools_ct $a
for id in $other $b; do
	require "container $id" vzctl create $id --ostemplate busybox
	rm -rf /vz/private/$id/lib
	cp -a /vz/private/$a/. /vz/private/$id/
done
for id in $other $a $b; do
	vzctl set $id --ram 256M --swap 0 --netfilter full --save >/dev/null
	cp /vz-test/ub-bomb /vz/private/$id/bin/
done
require "start" sh -c "vzctl start $other && vzctl start $a"

# ------------------------------------------------------------- entries --
run_expect 0 "no way in that is not a container's" \
	vzctl exec3 $a /bin/ub-bomb entries

# ------------------------------------------------------------- the bombs --
names=()
[ -z "${BOMBS-}" ] || IFS=: read -r -a names <<<"$BOMBS"
python3 ubc/bombs.py $other $a $b "${names[@]}"
same "all bombs" $? 0

vzctl stop $other --fast >/dev/null
check "nothing is left" wait_for 30 sh -c '! [ -s /proc/bc/dead ]'
check "no hook has failed" sh -c "! grep failed /proc/vz/hooks"
for id in $other $a $b; do check "destroy" vzctl destroy $id; done
check "the modules go" unload_vz
check "and come" load_vz
finish
