#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vzctl killed at each of its steps: status tells the truth afterwards, and
# stop, start and destroy repair what was left.
# kernels: 6.1 6.12
# check: 6.1
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=551
truth() { # the state that the kernel and the mount table show
	local mounted=unmounted running=down
	grep -q " /vz/root/$ct " /proc/self/mounts && mounted=mounted
	grep -q "^ *$ct " /proc/vz/veinfo && running=running
	# a registered container whose init is not alive is down
	[ "$(cat /sys/fs/cgroup/vz/$ct/cgroup.procs /sys/fs/cgroup/vz/$ct/ct/cgroup.procs 2>/dev/null)" ] || running=down
	echo "CTID $ct exist $mounted $running"
}

nothing_left() { # TEXT
	local left=
	[ ! -e /sys/fs/cgroup/vz/$ct ] || left="$left cgroup"
	grep -q " /vz/root/$ct" /proc/self/mounts && left="$left mount"
	grep -q "^ *$ct " /proc/vz/veinfo && left="$left registration"
	grep -q "^$ct:" /proc/vz/vzquota && left="$left quota"
	ip route | grep -q "^192.0.2.55 " && left="$left route"
	ip neigh show proxy | grep -q "^192.0.2.55 " && left="$left answer"
	same "$1: nothing is left" "$left" ""
}

# a network on which the host answers for the container
ip link add ext0 type veth peer name lan0
ip addr add 192.0.2.1/24 dev ext0
ip link set ext0 up
sed -i '1i SKIP_ARPDETECT="yes"' /etc/vz/vz.conf

create() { vzctl create $ct --ostemplate busybox --ipadd 192.0.2.55; }
require "create" create
steps="lock:taken start:begin mount:mounted start:mounted
	start:cgroup-half start:cgroup start:registered start:prepared
	start:forked net:owned net:configured net:routed start:net start:ready start:announced start:done"

# the kernel that looks for bugs is some ten times slower
repairs="stop start destroy"
[ "$VZ_KERNEL" != debug ] || repairs=stop

for step in $steps; do
	for repair in $repairs; do
		run_expect 137 "start dies at $step" env VZ_FAULT="$step" vzctl start $ct
		sleep 0.3
		same "$step: status is true" "$(vzctl status $ct)" "$(truth)"
		case $repair in
		stop)
			check "$step: stop repairs it" vzctl stop $ct --fast
			nothing_left "$step"
			check "$step: and it starts again" vzctl start $ct
			;;
		start)
			vzctl status $ct | grep -q running ||
				check "$step: start repairs it" vzctl start $ct
			check "$step: it works" vzctl exec2 $ct true
			;;
		destroy)
			check "$step: stop before destroy" vzctl stop $ct --fast
			check "$step: destroy" vzctl destroy $ct
			check "$step: create again" create
			check "$step: start again" vzctl start $ct
			;;
		esac
		check "$step: stop" vzctl stop $ct --fast
		nothing_left "$step, $repair"
	done
done

for step in stop:begin stop:dead stop:empty stop:net stop:forgotten stop:cgroup umount:unmounted; do
	check "start for $step" vzctl start $ct
	run_expect 137 "stop dies at $step" env VZ_FAULT="$step" vzctl stop $ct --fast
	sleep 0.3
	same "$step: status is true" "$(vzctl status $ct)" "$(truth)"
	check "$step: stop repairs it" vzctl stop $ct --fast
	nothing_left "$step"
done

for step in create:begin ids:chosen create:unpacked create:renamed \
	create:scripted config:written create:configured; do
	vzctl destroy $ct >/dev/null 2>&1
	run_expect 137 "create dies at $step" env VZ_FAULT="$step" \
		vzctl create $ct --ostemplate busybox
	vzctl destroy $ct >/dev/null 2>&1
	check "create after one that died at $step" vzctl create $ct --ostemplate busybox
done
for step in destroy:scripts destroy:moved destroy:removed; do
	run_expect 137 "destroy dies at $step" env VZ_FAULT="$step" vzctl destroy $ct
	vzctl destroy $ct >/dev/null 2>&1
	same "destroy after one that died at $step" "$(vzctl status $ct)" \
		"CTID $ct deleted unmounted down"
	check "nothing is left of it" sh -c "! ls -d /vz/private/*$ct* 2>/dev/null"
	check "create" vzctl create $ct --ostemplate busybox
done
for step in name:linked config:written; do
	run_expect 137 "set dies at $step" env VZ_FAULT="$step" \
		vzctl set $ct --name killed --save
	check "set after one that died at $step" vzctl set $ct --name killed --save
	same "the name leads to it" "$(vzctl status killed)" "CTID $ct exist unmounted down"
	check "no name" vzctl set $ct --name '' --save
done

# two at once: one wins
VZ_FAULT=start:mounted:sleep=3 vzctl start $ct >/dev/null 2>&1 &
first=$!
wait_for 30 test -e /vz/lock/$ct.lck
run_expect 9 "a second start finds the lock" vzctl start $ct
wait $first
same "the first one wins" "$(vzctl status $ct)" "CTID $ct exist mounted running"

check "stop" vzctl stop $ct --fast
check "destroy" vzctl destroy $ct
finish
