#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check: 6.1 6.12 7.2
# What a container must not see and must not be able to do.
# shellcheck source-path=SCRIPTDIR disable=SC2016
. ./lib.sh

a=501 b=502
for ct in $a $b; do
	require "create CT $ct" vzctl create $ct --ostemplate busybox
	require "start CT $ct" vzctl start $ct
done
in_a() { vzctl exec2 $a "$@"; }

host_pid() { # CT - host pid of its init
	vzlist -H -o ctid "$1" >/dev/null &&
		grep -l "^NSpid:.*[[:space:]]1$" /proc/[0-9]*/status 2>/dev/null |
		while read -r status; do
			dir=${status%/status}
			grep -q "/vz/$1/" "$dir/cgroup" && echo "${dir#/proc/}"
		done | head -n1
}
init_a=$(host_pid $a) init_b=$(host_pid $b)

# processes
same "PID 1 inside is init" "$(in_a 'cat /proc/1/comm')" init
inside=$(in_a 'ls /proc | grep -c "^[0-9]"')
[ "$inside" -lt 12 ] && ok "only its own processes are in /proc" ||
	not_ok "$inside processes are in /proc of the container"
check "the host sees the container's init" test -d "/proc/${init_a:-none}"
refused "no signal to init of another container" in_a "kill -0 $init_b"
refused "no signal to a process of the host" in_a "kill -0 $$"

# ids
uid_a=$(awk '/^Uid:/{print $2}' "/proc/$init_a/status")
uid_b=$(awk '/^Uid:/{print $2}' "/proc/$init_b/status")
[ "$uid_a" -gt 65535 ] && ok "root inside is host id $uid_a" ||
	not_ok "root inside is host id $uid_a"
[ "$uid_a" != "$uid_b" ] && ok "two containers have different host ids" ||
	not_ok "two containers share the host id $uid_a"
in_a 'touch /owned && chmod 4755 /owned'
same "files on disk keep the container's ids" \
	"$(stat -c %u:%a /vz/private/$a/owned)" 0:4755

# what is visible
same "no host mount inside" \
	"$(in_a 'cat /proc/mounts' | grep -c -E ' /(mnt|vz|vz-test|payload)|squashfs|9p')" 0
check "the host name is its own" test "$(in_a hostname)" != "$(hostname)"
# the kernel gives some tunnel modules' devices to every network namespace
same "no interface of the host" \
	"$(in_a 'ls /sys/class/net' | grep -vE '^(sit|tunl|gre|gretap|erspan|ip6tnl|ip6gre|ip_vti|ip6_vti)0$' | tr '\n' ' ')" "lo venet0 "
ipcmk -M 4096 >/dev/null
same "no IPC object of the host" "$(in_a 'cat /proc/sysvipc/shm' | tail -n +2 | wc -l)" 0
python3 - <<'P' &
import socket, time
s = socket.socket(socket.AF_UNIX)
s.bind("\0vz-host-socket")
s.listen()
time.sleep(600)
P
listener=$!
wait_for 30 grep -q vz-host-socket /proc/net/unix
same "no abstract socket of the host" "$(in_a 'cat /proc/net/unix' | grep -c vz-host-socket)" 0
kill $listener
same "the container is told what it is" "$(in_a 'tr "\0" "\n" </proc/1/environ | grep ^container=')" container=openvz
uptime=$(in_a 'cut -d. -f1 /proc/uptime')
[ "$uptime" -lt "$(cut -d. -f1 /proc/uptime)" ] && ok "uptime inside is its own" ||
	not_ok "uptime inside is the host's"
same "cgroup namespace" "$(in_a 'cat /proc/self/cgroup' | grep -c '/vz/')" 0
same "no file system of the container honours device nodes, /dev apart" \
	"$(awk '$5 != "/dev" && $5 != "/dev/pts" && $6 !~ /nodev/' "/proc/$init_a/mountinfo" | wc -l)" 0

# what must fail
refused "sysrq-trigger" in_a 'echo h >/proc/sysrq-trigger'
refused "core_pattern" in_a 'echo "|/bin/x" >/proc/sys/kernel/core_pattern'
refused "modprobe path" in_a 'echo /bin/x >/proc/sys/kernel/modprobe'
refused "panic sysctl" in_a 'echo 1 >/proc/sys/kernel/panic'
refused "uevent_helper" in_a 'echo /bin/x >/sys/kernel/uevent_helper'
refused "sysfs is read-only" in_a 'echo 1 >/sys/kernel/profiling'
refused "loading a module" in_a 'modprobe dummy || insmod /lib/modules/x.ko'
in_a 'date -s 2001-01-01' >/dev/null 2>&1
check "setting the clock has no effect" test "$(date +%Y)" -gt 2001
refused "mknod of a disk" in_a 'mknod /disk b 254 0'
refused "mknod of memory" in_a 'mknod /mem c 1 1'
refused "mounting a block device" in_a 'mount -t ext4 /dev/vda /mnt'
refused "/proc/kcore" in_a 'head -c 1 /proc/kcore'
refused "/dev/mem" in_a 'head -c 1 /dev/mem'
refused "there is no /dev/kmsg" in_a 'test -c /dev/kmsg'
refused "reading the host's kernel log" in_a 'dmesg'
refused "the control device cannot be made" in_a 'mknod /vzctl c 10 200'
refused "limits are not in reach" in_a 'echo max >/sys/fs/cgroup/memory.max'
refused "nor those of its cgroup's parent" in_a 'echo max >/sys/fs/cgroup/../memory.max'
check "its own cgroups are" in_a 'mkdir /sys/fs/cgroup/test && rmdir /sys/fs/cgroup/test'
check "a tmpfs can be mounted" in_a 'mount -t tmpfs none /mnt && umount /mnt'
in_a 'mount -t tmpfs -o dev none /mnt' 2>/dev/null
refused "not even on its own tmpfs" in_a 'mknod /mnt/null c 1 3'
check "the null device works" in_a 'echo x >/dev/null && ! head -c 1 /dev/null | grep -q .'
check "the terminal multiplexer works" in_a 'test -c /dev/ptmx'

# a node of the archive or of the host that was put into the tree
mknod /vz/private/$a/hostnull c 1 3
refused "a device node in the private area is dead" in_a 'echo x >/hostnull'

check "limits are set on the host" test "$(cat /sys/fs/cgroup/vz/$a/pids.max)" != max
check "memory is never unlimited" test "$(cat /sys/fs/cgroup/vz/$a/memory.max)" != max
check "VE_ROOT is nosuid on the host" sh -c "grep ' /vz/root/$a ' /proc/self/mounts | grep -q nosuid"

for ct in $a $b; do
	check "stop CT $ct" vzctl stop $ct --fast
	check "destroy CT $ct" vzctl destroy $ct
done
ipcrm --all=shm
finish
