#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The main job: Debian 12 with systemd as PID 1.
# kernels: 6.1 6.12 7.2
# check: 6.1
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=451
in_ct() { vzctl exec2 $ct "$@"; }
state() { vzlist -H -o status $ct; }
running() { [ "$(state)" = running ]; }
not_running() { [ "$(state)" != running ]; }
booted() { [ "$(in_ct systemctl is-system-running 2>/dev/null)" = running ]; }

require "create from the Debian template" vzctl create $ct \
	--ostemplate debian-12-x86_64-minimal --hostname deb.example
require "start and wait" vzctl start $ct --wait
same "systemd says so" "$(in_ct systemctl is-system-running)" running
same "no unit failed" "$(in_ct 'systemctl --failed --no-legend --plain')" ""
same "PID 1 is systemd" "$(in_ct 'readlink /proc/1/exe')" /usr/lib/systemd/systemd
same "systemd knows what it runs in" "$(in_ct systemd-detect-virt)" openvz
same "the host name is set" "$(in_ct hostname)" deb.example
same "and kept in a file" "$(in_ct cat /etc/hostname)" deb.example
check "a name for it" in_ct 'getent hosts deb.example | grep -q 127.0.1.1'
check "files belong to root" in_ct 'test "$(stat -c %u:%g /usr/bin/passwd)" = 0:0'
same "setuid bits survive" "$(in_ct 'stat -c %a /usr/bin/passwd')" 4755
same "the kernel's view of owners on disk" "$(stat -c %u:%g:%a /vz/private/$ct/usr/bin/passwd)" 0:0:4755
check "units run in cgroups of their own" in_ct 'systemctl status dbus >/dev/null'
check "a transient unit with a limit" in_ct \
	'systemd-run --wait -q -p MemoryMax=64M -p TasksMax=10 true'
check "journald keeps a journal" in_ct 'journalctl -b --no-pager | grep -q systemd'
check "a user can log in" in_ct 'useradd -m joe && su - joe -c "test \$(id -u) = 1000"'
check "setuid programs work inside" in_ct \
	'su joe -c "test -u /usr/bin/passwd && passwd -S >/dev/null"'
check "file capabilities can be set" in_ct \
	'cp /bin/true /tmp/c && setcap cap_net_raw+ep /tmp/c 2>/dev/null || ! command -v setcap >/dev/null'
check "nested user namespaces work" in_ct 'unshare -Ur --mount-proc -fp true'
check "mounting in a mount namespace" in_ct 'unshare -m sh -c "mount -t tmpfs x /mnt && mount --bind /etc /mnt"'

check "set the host name of a running container" vzctl set $ct --hostname two.example --save
same "it is in force" "$(in_ct hostname)" two.example
same "and saved" "$(grep ^HOSTNAME /etc/vz/conf/$ct.conf)" 'HOSTNAME="two.example"'
check "set a password" vzctl set $ct --userpasswd joe:secret
check "it is set" in_ct 'grep -q "^joe:\\$" /etc/shadow'
check "change limits while it runs" vzctl set $ct --ram 256M --numproc 200 --save
same "memory" "$(cat /sys/fs/cgroup/vz/$ct/memory.high)" 268435456
same "tasks" "$(cat /sys/fs/cgroup/vz/$ct/pids.max)" 200
same "exec passes the status" "$(in_ct 'exit 7'; echo $?)" 7
same "exec keeps output and error apart" "$(in_ct 'echo out; echo err >&2' 2>/dev/null)" out
same "exec reads standard input" "$(echo hello | vzctl exec2 $ct cat)" hello
same "exec - reads a script" "$(echo 'echo $((6 * 7))' | vzctl exec2 $ct -)" 42
cat >/tmp/console.py <<'P'
# attaches to the console like a person would, waits for the prompt, detaches
import os, pty, select, sys, time
pid, fd = pty.fork()
if not pid:
    os.execvp("vzctl", ["vzctl", "console", sys.argv[1]])
seen, end = b"", time.time() + 100
os.write(fd, b"\r")
while b"login:" not in seen and time.time() < end:
    if select.select([fd], [], [], 1)[0]:
        try:
            seen += os.read(fd, 4096)
        except OSError:
            break
os.write(fd, b"\r\x1b.")
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
status = os.waitpid(pid, 0)[1]
print(seen.decode(errors="replace"), "status", status)
sys.exit(not (b"login:" in seen and b"Detached" in seen and status == 0))
P
check "a login on the console, and detaching from it" \
	timeout 150 python3 /tmp/console.py $ct

# devices and features
# no udev here that makes the node when the module is loaded
modprobe tun
mkdir -p /dev/net
[ -c /dev/net/tun ] || mknod /dev/net/tun c 10 200
check "give it the tun device" vzctl set $ct --devnodes net/tun:rw --save
check "it is there at once" in_ct 'test -c /dev/net/tun'
check "and works" in_ct 'ip tuntap add dev tun7 mode tun && ip link show tun7'
check "take it away" vzctl set $ct --devnodes net/tun:none --save
refused "it is gone at once" in_ct 'test -e /dev/net/tun'
run_expect 86 "a device that the host does not have" vzctl set $ct --devnodes nothing:rw
check "a capability and features for the next start" vzctl set $ct \
	--capability sys_chroot:off,sys_time:on --features ppp:on,bridge:on --save --setmode ignore
mkdir -p /srv/data
echo '#!/bin/sh
. "$VE_CONFFILE"
mkdir -p "/vz/root/$VEID/srv/data" && mount --bind /srv/data "/vz/root/$VEID/srv/data"' \
	>/etc/vz/conf/$ct.mount
chmod +x /etc/vz/conf/$ct.mount
echo 'echo started >/started' >/etc/vz/conf/$ct.start
check "restart" vzctl restart $ct --wait
has_cap() { # BIT - in the bounding set
	local set
	set=$(in_ct 'grep CapBnd /proc/1/status' | awk '{ print $2 }')
	[ $((0x$set >> $1 & 1)) = 1 ]
}
refused "the capability sys_chroot is off" has_cap 18
check "the capability sys_time is on" has_cap 25
# (the kernel that looks for bugs has no ppp)
[ "$VZ_KERNEL" = debug ] ||
	check "the ppp device is there" in_ct 'test -c /dev/ppp'
check "a bridge can be made" in_ct 'ip link add br7 type bridge'
same "the start script ran inside" "$(in_ct cat /started)" started
in_ct 'touch /srv/data/file' 2>/dev/null
check "what the mount script bound is visible" in_ct 'mountpoint -q /srv/data'

check "capabilities back to what an init expects" vzctl set $ct \
	--capability sys_chroot:on,sys_time:off --save --setmode restart
check "it is up again" wait_for 240 booted

# what the container does to itself
pgrep -x vzeventd >/dev/null || vzeventd
begin=$SECONDS
in_ct reboot >/dev/null 2>&1
sleep 1
check "reboot inside: it comes back" wait_for 240 booted
uptime=$(in_ct 'cut -d. -f1 /proc/uptime')
[ "${uptime:-99999}" -le $((SECONDS - begin)) ] && ok "its uptime starts anew" ||
	not_ok "its uptime is $uptime s after $((SECONDS - begin)) s"
in_ct poweroff >/dev/null 2>&1
check "poweroff inside: it stops" wait_for 240 not_running
check "and is unmounted" wait_for 60 sh -c "! grep -q ' /vz/root/$ct ' /proc/self/mounts"
check "and can be started again" vzctl start $ct --wait
begin=$SECONDS
check "stop" vzctl stop $ct
[ $((SECONDS - begin)) -lt 110 ] && ok "it was halted, not killed" || not_ok "stop took $((SECONDS - begin)) s"
check "destroy" vzctl destroy $ct
pkill -x vzeventd
finish
