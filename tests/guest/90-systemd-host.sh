#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# host: systemd
# A host that runs systemd: what that does to its own units changes nothing
# for the containers; the service units of vz work.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=901
snapshot() {
	cat /sys/fs/cgroup/vz/$ct/memory.max /sys/fs/cgroup/vz/$ct/pids.max \
		/sys/fs/cgroup/vz/cgroup.subtree_control \
		/sys/fs/cgroup/vz/$ct/cgroup.subtree_control
	# its init; what that starts and ends meanwhile is its own business
	sort -n /sys/fs/cgroup/vz/$ct/ct/cgroup.procs | head -n1
}

check "systemd is PID 1 here" grep -q systemd /proc/1/comm
require "create" vzctl create $ct --ostemplate busybox
check "a limit" vzctl set $ct --ram 128M --numproc 100 --onboot yes --save
require "start" vzctl start $ct
before=$(snapshot)
check "daemon-reload" systemctl daemon-reload
check "daemon-reexec" systemctl daemon-reexec
check "a unit with accounting" systemd-run --wait -q -p CPUQuota=50% -p MemoryMax=100M true
check "restart of a unit" systemctl restart systemd-journald
check "a new slice property" systemctl set-property --runtime system.slice CPUWeight=50
check "isolate nothing away" systemctl start multi-user.target
same "the container's cgroup is unchanged" "$(snapshot)" "$before"
check "it runs" vzctl exec2 $ct true
check "stop" vzctl stop $ct --fast

check "start of vzeventd.service" systemctl start vzeventd
check "it is active" systemctl is-active vzeventd
check "start of vz.service" systemctl start vz
same "starts what is ONBOOT" "$(vzlist -H -o status $ct)" running
vzctl exec $ct reboot >/dev/null 2>&1
sleep 2
check "a reboot inside is carried out" wait_for 90 vzctl exec2 $ct true
check "restart of vzeventd" systemctl restart vzeventd
check "leaves the container alone" vzctl exec2 $ct true
check "stop of vz.service" systemctl stop vz
same "stops the containers" "$(vzlist -H -o status $ct)" stopped
check "destroy" vzctl destroy $ct
systemctl stop vzeventd
finish
