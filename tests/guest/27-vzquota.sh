#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# check: 6.12
# Disk quota of containers, and the commands for it.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/guest/lib.sh
. ./lib.sh

ct=271
file=/var/vzquota/quota.$ct

inside() { vzctl exec2 $ct "$1"; }
# an asterisk follows what is over the soft limit
usage() { vzquota stat $ct | grep 1k-blocks | awk '{print $2}' | tr -d '*'; }
limits() { vzquota stat $ct | awk '/1k-blocks/ {print $3, $4}'; }
state() { sed -n 's/^state //p' $file; }
fill() { inside "dd if=/dev/zero of=/big bs=64k count=$1" 2>&1; }
# what has the same use of the disk by du, once it is all there
same_as_du() {
	sync
	same "$1" "$(usage)" "$(du -sk /vz/private/$ct | cut -f1)"
}

require "create" vzctl create $ct --ostemplate busybox \
	--diskspace 8M:10M --diskinodes 1000:1100
sed -i 's/^QUOTATIME=.*/QUOTATIME="3600"/' /etc/vz/conf/$ct.conf
refused "no quota file before the first mount" test -e $file
require "start" vzctl start $ct
same "file" "$(state) $(stat -c %a:%U $file)" "running 600:root"

# ---------------------------------------------------------------- limits --
same "df inside shows the soft limits" "$(inside 'df -k / | tail -n1' |
	awk '{print $1, $2}') $(inside 'df -i / | tail -n1' | awk '{print $2}')" \
	"/dev/simfs 8192 1000"
run_expect 1 "a file over the hard limit" fill 300
run_expect 1 "and again" fill 300
case $stdout in
*"Disk quota exceeded"*) ok "is refused for the quota" ;;
*) not_ok "is refused for the quota: $stdout" ;;
esac
check "nearly all could be used" test "$(usage)" -gt 10100
same_as_du "usage is that of the disk"
check "a usage over the soft limit is marked" \
	grep -Eq '1k-blocks +[0-9]+\* +8192 +10240 +(00:59|01:00)$' \
	<<<"$(vzquota stat $ct)"

inside 'rm /big; until dd if=/dev/zero of=/big bs=64k count=250; do sleep 0.2; done' \
	>/dev/null 2>&1 &
writer=$!
sleep 1
check "limits of a running container" vzctl set $ct --diskspace 20M:22M --save
same "are in force" "$(limits)" "20480 22528"
check "a writer that waited goes on" timeout 20 tail --pid=$writer -f /dev/null
wait $writer
same "to its end" $? 0
check "below the usage" vzctl set $ct --diskspace 2M:3M
run_expect 1 "nothing more" inside 'echo more >/more && sync && cat /big >/more'
check "but less" inside 'rm -f /big /more'
check "and then again" inside 'echo more >/more'
run_expect 1 "inodes have a limit, too" \
	inside 'i=0; while [ $i -lt 1200 ]; do : >/n.$i || exit 1; i=$((i + 1)); done'
same "which is exact" "$(vzquota stat $ct | awk '/inodes/ {print $2}')" 1100\*
check "remove them" inside 'rm /n.*'

# ---------------------------------------------------------------- vzlist --
check "vzlist in the form programs look for" grep -Pq '^\s+\d+\s+\d+\s+\d+$' \
	<<<"$(vzlist -a -H -o ctid,diskspace,diskspace.h)"
same "what it says" \
	"$(vzlist -H -o diskspace,diskspace.s,diskspace.h,diskinodes.h $ct | xargs)" \
	"$(usage) 2048 3072 1100"
same "in JSON" "$(vzlist -j -o diskspace $ct | tr -d ' \n')" \
	"[{\"diskspace\":{\"usage\":$(usage),\"softlimit\":2048,\"hardlimit\":3072}}]"

# ------------------------------------------------------------ stop, start --
before=$(usage)
check "stop" vzctl stop $ct --fast
same "the file is clean" "$(state)" clean
same "and keeps the usage" "$(vzquota show $ct | awk '/1k-blocks/ {print $2}' | tr -d '*')" \
	"$before"
same "so does vzlist" "$(vzlist -H -o diskspace,diskspace.h $ct | xargs)" \
	"$before 22528"
run_expect 6 "stat of one that is off" vzquota stat $ct
check "start" vzctl start $ct
same "the limits are those of the config" "$(limits)" "20480 22528"
same_as_du "usage is still that of the disk"
run_expect 5 "on, while it is on" vzquota on $ct
run_expect 5 "drop" vzquota drop $ct
run_expect 7 "off" vzquota off $ct
run_expect 66 "vzctl quotaoff" vzctl quotaoff $ct
run_expect 61 "vzctl quotainit" vzctl quotainit $ct

# ----------------------------------------------------------- users, groups --
run_expect 9 "stat -t without level 2" vzquota stat $ct -t
refused "no node for it" inside 'test -e /dev/simfs'
run_expect 0 "level 2 needs a restart" vzctl set $ct --quotaugidlimit 20
case $stderr in
*"Unable to set quotaugidlimit on a running container"*) ok "it says so" ;;
*) not_ok "it says so: $stderr" ;;
esac
check "which it gets" vzctl set $ct --quotaugidlimit 20 --save --setmode restart
same "the node inside is that of the file system" \
	"$(inside 'ls -l /dev/simfs' | awk '{print $1, $5 $6}')" \
	"brw------- 0,$(stat -c %d /vz/root/$ct)"
check "a user's files" inside 'dd if=/dev/zero of=/u bs=4k count=10 && chown 500:600 /u'
check "are counted" grep -q '^500 \+user \+inodes \+1 ' \
	<<<"$(vzquota stat $ct -t)"
check "their limit" vzquota setlimit2 $ct -u 500 60 100 0 0
run_expect 1 "is in force" inside 'dd if=/dev/zero of=/u bs=4k count=50'
check "a higher number of users at once" vzctl set $ct --quotaugidlimit 30
check "is told" grep -q 'Ugids: .* limit 30$' <<<"$(vzquota stat $ct -t)"
vzdqdump $ct -U >/tmp/dump
check "limits as text" grep -q "^ugid:	500	0	60	100	0	0$" /tmp/dump
sed -i 's/	60	100	/	70	110	/' /tmp/dump
check "and back" vzdqload $ct -U </tmp/dump
check "into force" vzquota reload2 $ct
check "they are" grep -q "	70	110	" <<<"$(vzdqdump $ct -f -U)"
run_expect 2 "nonsense is refused" vzdqload $ct -U <<<"ugid:	x"
same "a program's output" \
	"$(vzquota -b stat $ct | awk '{print NF, $2, $3, $5}' | head -n1)" \
	"5 20480 22528 3600"

# --------------------------------------------------------------- crashes --
# Until usage is no guess any more.
counted() {
	for _ in $(seq 200); do
		vzquota stat $ct 2>&1 | grep -q 'is a guess' || return 0
		sleep 0.1
	done
	return 1
}
crash() { # POINT COMMAND...
	local point=$1
	shift
	run_expect 137 "killed at $point" env VZ_FAULT="$point" "$@"
	check "$point: stop" vzctl stop $ct
	same "$point: nothing is left on" "$(grep -c "^$ct:" /proc/vz/vzquota)" 0
	check "$point: start" vzctl start $ct --skip_ve_setup
	check "$point: counted" counted
	same_as_du "$point: usage"
}
for point in quota:marked quota:on mount:mounted; do
	vzctl stop $ct --fast >/dev/null
	crash $point vzctl start $ct
done
for point in umount:unmounted quota:off; do
	crash $point vzctl stop $ct --fast
done
vzquota=$(command -v vzquota)
# Nobody counts in the background until it may be executed again.
crash_uncounted() {
	vzctl stop $ct --fast >/dev/null
	run_expect 137 "killed again" env VZ_FAULT=quota:marked vzctl start $ct
	chmod -x "$vzquota"
	check "stop without a count" vzctl stop $ct
	check "start without one" vzctl start $ct --skip_ve_setup
	chmod +x "$vzquota"
	same "the usage is a guess" \
		"$(vzquota stat $ct 2>&1 | grep -c 'Usage is a guess')" 1
}
crash_uncounted
run_expect 137 "killed while it counts" env VZ_FAULT=quota:counted \
	vzquota recount $ct
same "it is one still" "$(vzquota stat $ct 2>&1 | grep -c 'is a guess')" 1
mkdir /vz/empty
run_expect 2 "another directory is not counted for it" \
	vzquota recount $ct -p /vz/empty
rmdir /vz/empty
check "count it" vzquota recount $ct
same "it is none any more" "$(vzquota stat $ct 2>&1 | grep -c 'is a guess')" 0
same_as_du "usage after that"
check "there is nothing more to be counted" vzquota recount $ct
crash_uncounted
check "stop before it is counted" vzctl stop $ct --fast
same "the file tells that" "$(sed -n 's/^dirty //p' $file)" 1
check "start and count" vzctl start $ct --skip_ve_setup
check "it ends" counted
same_as_du "usage then"

# what the file says of the whole, and what the kernel does
in_file() { awk '$1 == "all" {print $3}' $file; }
in_kernel() { echo $(($(awk -v id="$ct:" '$1 == id {getline; print $2}' /proc/vz/vzquota) * 1024)); }
inside 'dd if=/dev/zero of=/checkpoint bs=64k count=16' >/dev/null 2>&1
sync
refused "usage is not written at once" test "$(in_file)" = "$(in_kernel)"
pkill vzeventd
check "vzeventd" vzeventd
for _ in $(seq 100); do
	[ "$(in_file)" != "$(in_kernel)" ] || break
	sleep 0.1
done
same "but by vzeventd" "$(in_file)" "$(in_kernel)"

logged() { grep -c "CT $ct : $1" /var/log/vzctl.log; }
# Until that is logged so often.
told() {
	for _ in $(seq 100); do
		[ "$(logged "$1")" != "$2" ] || return 0
		sleep 0.1
	done
	return 1
}
soft=$(logged "Disk space is above its soft limit")
hard=$(logged "Disk space is at its hard limit")
run_expect 1 "a file over the hard limit again" fill 600
check "vzeventd logs the soft limit" \
	told "Disk space is above its soft limit" $((soft + 1))
check "and the hard limit" told "Disk space is at its hard limit" $((hard + 1))
run_expect 1 "a file over it" inside 'cat /big >/more'
inside 'rm -f /big /more'
sleep 3
run_expect 1 "and once more" fill 600
check "which is an event again" \
	told "Disk space is at its hard limit" $((hard + 2))
same "but the same state was none" "$(logged "Disk space is at its hard limit")" \
	$((hard + 2))
pkill vzeventd
inside 'rm -f /big /checkpoint'

# Extents that have no place on the disk yet
waiting() { filefrag -v "$1" 2>&1 | grep -c delalloc; }
dd if=/dev/urandom of=/vz/private/theirs bs=64k count=16 status=none
inside 'dd if=/dev/urandom of=/ours bs=64k count=16' >/dev/null 2>&1
check "data wait to be written" test "$(waiting /vz/private/$ct/ours)" -gt 0
check "sync by the container" inside sync
same "nothing waits any more" "$(waiting /vz/private/$ct/ours)" 0
check "but for data of others" test "$(waiting /vz/private/theirs)" -gt 0
check "sync by the host" sync
same "takes all" "$(waiting /vz/private/theirs)" 0
rm /vz/private/theirs
inside 'rm /ours'
check "a limit of a user outlives them" \
	grep -q "^user 500 [0-9]* 71680 112640 " $file

# ------------------------------------------------------------ the command --
check "stop" vzctl stop $ct --fast
same "vzdqcheck" "$(vzdqcheck /vz/private/$ct | tail -n1 | awk '{print $1, $2}')" \
	"$(vzquota show $ct | awk 'NR > 1 {print $2}' | tr -d '*' | xargs)"
check "vzctl quotainit" vzctl quotainit $ct
check "vzctl quotaon" vzctl quotaon $ct
check "vzctl quotaoff" vzctl quotaoff $ct
check "limits of one that is off" vzquota setl $ct -b 5000 -B 6000
check "in the file" grep -q ' 5120000 6144000 ' $file
check "to be counted anew" vzquota setlimit $ct -f
run_expect 10 "show tells that" vzquota show $ct
run_expect 2 "a hard limit below the soft one" vzquota setlimit $ct -B 1
run_expect 11 "no file" vzquota show 9999
run_expect 13 "no directory" vzquota init 9999 -p /none -b 1 -B 1 -i 1 -I 1 -e 0 -n 0
mount -t tmpfs none /vz/private/$ct/tmp
run_expect 8 "a mount in the way" vzdqcheck /vz/private/$ct
umount /vz/private/$ct/tmp
echo >>$file
run_expect 4 "a damaged file" vzquota show $ct
check "is no obstacle" vzctl start $ct
check "stop" vzctl stop $ct --fast
sed -i '/^DISK/d' /etc/vz/conf/$ct.conf
check "without limits" vzctl start $ct
same "there are none" "$(limits)" "0 0"
check "stop" vzctl stop $ct --fast
check "no quota is wanted" vzctl set $ct --diskquota no --save
check "start without" vzctl start $ct
same "there is none" "$(grep -c "^$ct:" /proc/vz/vzquota)" 0
run_expect 60 "and none is made" vzctl quotaon $ct
same "in words" "$stderr" "Disk quota is not enabled, skipping operation"
check "stop" vzctl stop $ct --fast
check "destroy" vzctl destroy $ct
refused "no quota file is left" test -e $file
finish
