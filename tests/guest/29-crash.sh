#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# check: 6.1
# The machine dies while files are written: the file system is shut down at
# once, nothing more reaches the disk, and what the kernel counted is lost.
# VZ_CRASHES: how often on each file system (2), VZ_STRESS_FS: on which ones.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

id=295 crashes=${VZ_CRASHES:-2} seed=${VZ_STRESS_SEED:-1}
top=/vz/crash upper=/vz/crash/ct file=/var/vzquota/quota.295
hard=$((48 << 20)) inodes=600
make_fs() {
	case $1 in
	ext4) mkfs.ext4 -q -F -E lazy_itable_init=1 "$2" ;;
	xfs) mkfs.xfs -q -f -m reflink=0 "$2" ;;
	esac
}
state() { sed -n 's/^state //p' $file; }
level1() { awk '$1 == "all" { print $3, $4 }'; }

# start_ct ROUND - mounted and charged
start_ct() {
	mount -o loop $top/$fs.img $top/$fs &&
		vzquota on $id &&
		mount -t simfs -o quota=$id $lower $upper &&
		vzquota recount $id -p $upper
}

crash() {
	local load watch rc
	fs-stress watch $id $slack &
	watch=$!
	fs-stress tree $upper/tree 60 4 "$seed" >/tmp/load 2>&1 &
	load=$!
	sleep $((2 + RANDOM % 3)).$((RANDOM % 10))
	# half of the time what was written last is lost from the log, too
	xfs_io -x -c "shutdown $([ $((RANDOM % 2)) = 0 ] || echo -f)" $top/$fs
	wait $load
	kill $watch
	wait $watch
	same "$fs: limits hold until then" $? 0
	umount $upper
	# without a word to the quota file
	fs-stress off $id
	umount $top/$fs
	seed=$((seed + 10))
}

# used BYTES INODES - neither below zero nor over the limit
used() { [ "$1" -gt 0 ] && [ "$1" -le $((hard + slack)) ] && [ "$2" -gt 0 ] && [ "$2" -le $inodes ]; }

crashed() {
	local fs=$1 lower=$top/$1/ct i begin
	# see docs/quota.md: XFS allocates more than it is asked for
	slack=$((256 << 10))
	[ "$fs" != xfs ] || slack=$((2 << 20))
	export FS_STRESS_ALLOCATE=yes
	[ "$fs" != xfs ] || FS_STRESS_ALLOCATE=no
	mkdir -p $top/$fs $upper
	truncate -s 1G $top/$fs.img
	require "$fs" make_fs $fs $top/$fs.img
	mount -o loop $top/$fs.img $top/$fs
	mkdir -m 777 $lower
	umount $top/$fs
	mount -o loop $top/$fs.img $top/$fs
	require "$fs: quota" vzquota init $id -p $lower -s 1 -u 40 \
		-b $((hard >> 10)) -B $((hard >> 10)) -i $inodes -I $inodes \
		-e 0 -n 0
	umount $top/$fs
	require "$fs: start" start_ct
	for i in $(seq "$crashes"); do
		crash
		same "$fs: crash $i: the quota file tells" "$(state)" running
		begin=$(date +%s%N)
		require "$fs: start after it" start_ct
		echo "# started in $((($(date +%s%N) - begin) / 1000000)) ms: $(fs-stress show $id | level1)"
		check "$fs: usage is exact" fs-stress check $id $lower 30 \
			"$([ "$fs" = xfs ] && echo $((4 << 20)) || echo 0)"
		# shellcheck disable=SC2046
		check "$fs: and within the limits" used $(fs-stress show $id | level1)
	done
	check "$fs: stop" umount $upper
	check "$fs: off" vzquota off $id
	same "$fs: the file is clean" "$(state)" clean
	require "$fs: drop" vzquota drop $id
	check "$fs: nothing holds it" umount $top/$fs
	rm -rf ${top:?}/$fs*
}

modprobe -a vzquota loop
for fs in ${VZ_STRESS_FS:-ext4 xfs}; do
	crashed $fs
done
finish
