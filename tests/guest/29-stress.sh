#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# check: 6.12
# What a quota has counted after random operations is what is there, on each
# file system that may lie below.  VZ_STRESS: seconds of load on each (9),
# VZ_STRESS_FS: which ones, VZ_STRESS_SEED: for the numbers (1).
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

id=290 seconds=${VZ_STRESS:-9} seed=${VZ_STRESS_SEED:-1}
top=/vz/stress
limit=$((64 << 20)) inodes=600
make_fs() {
	case $1 in
	ext4) mkfs.ext4 -q -F -E lazy_itable_init=1 "$2" ;;
	xfs) mkfs.xfs -q -f -m reflink=0 "$2" ;;
	btrfs) mkfs.btrfs -q -f "$2" ;;
	esac
}

# load SECONDS - a file and a tree, in parallel; both have to end well
load() {
	local rc=0 pid forget
	fs-stress file $upper/file "$1" "$seed" &
	pid=$!
	while sleep 1; do echo 2 >/proc/sys/vm/drop_caches; done &
	forget=$!
	fs-stress tree $upper/tree "$1" 4 "$seed" || rc=1
	wait $pid || rc=1
	kill $forget
	wait $forget 2>/dev/null
	seed=$((seed + 100))
	return $rc
}

fixed_limits() {
	local pid rc=0
	fs-stress watch $id $slack &
	pid=$!
	load $((seconds * 2 / 3)) || rc=1
	kill $pid
	wait $pid || rc=1
	return $rc
}

changing_limits() {
	local pid rc=0 n=0
	while :; do
		n=$((n + 1))
		fs-stress limit $id all 0 $((limit >> n % 3)) $((inodes >> n % 2))
		sleep 0.5
	done &
	pid=$!
	load $((seconds / 3)) || rc=1
	kill $pid
	wait $pid 2>/dev/null
	return $rc
}

# exact TEXT [SECONDS] - XFS frees some blocks of its own trees behind
# everybody's back, and what it allocated ahead, and du shows, when it likes:
# there usage may be wrong by what some files have.  On btrfs of 6.12
# du tells a block more of directories that were fsynced.
exact() {
	local more=0
	[ "$fs" != xfs ] || more=$((4 << 20))
	[ "$fs" != btrfs ] || more=$((256 << 10))
	check "$fs: $1" fs-stress check $id $lower "${2:-15}" $more
}

# far_beyond - one block beyond the end of a file that grew, when the limit is
# reached: XFS has allocated ahead what lies between.
far_beyond() {
	local used
	exec 7>$upper/grown || return 1
	head -c 3M /dev/zero >&7 || return 1
	! head -c $limit /dev/zero >$upper/rest 2>/dev/null || return 1
	truncate -s -16K $upper/rest
	printf x | dd of=$upper/grown bs=4M seek=1 conv=notrunc status=none
	used=$(fs-stress show $id | awk '$1 == "all" { print $3 }')
	exec 7>&-
	rm $upper/grown $upper/rest
	echo "# $used of $limit"
	[ "$used" -le $limit ]
}

stress() {
	local fs=$1 lower=$top/$1/ct upper=$top/$1.ct
	# see docs/quota.md: XFS allocates more than it is asked for
	slack=$((256 << 10))
	[ "$fs" != xfs ] || slack=$((2 << 20))
	export FS_STRESS_ALLOCATE=yes
	[ "$fs" != xfs ] || FS_STRESS_ALLOCATE=no
	mkdir -p $top/$fs $upper
	truncate -s 2G $top/$fs.img
	require "$fs" make_fs $fs $top/$fs.img
	require "$fs: mount" mount -o loop $top/$fs.img $top/$fs
	mkdir $lower
	chmod 777 $lower
	require "$fs: quota" fs-stress on $id $lower 40 $limit $inodes
	require "$fs: simfs" mount -t simfs -o quota=$id $lower $upper
	check "$fs: a write far beyond the end" far_beyond
	fs-stress limit $id user 1001 $((4 << 20)) 80
	fs-stress limit $id group 1002 $((4 << 20)) 80
	echo "# seed $seed"
	fixed_limits
	same "$fs: limits hold" $? 0
	exact "usage is exact"
	changing_limits
	same "$fs: limits that change" $? 0
	exact "usage is exact after that"
	echo 3 >/proc/sys/vm/drop_caches
	exact "and when it was forgotten"
	rm -rf $upper/tree/d[0-2]
	exact "some removed"
	check "$fs: unmount" umount $upper
	echo 3 >/proc/sys/vm/drop_caches
	exact "usage after that" 5
	fs-stress show $id >/tmp/show
	fs-stress off $id
	umount $top/$fs
	mount -o loop $top/$fs.img $top/$fs
	fs-stress count $lower >/tmp/count
	[ $fs != ext4 ] || same "$fs: the same is on the disk" \
		"$(cat /tmp/count)" "$(cat /tmp/show)"
	umount $top/$fs
	rm -rf ${top:?}/$fs*
}

modprobe -a vzquota loop
mkdir -p $top
for fs in ${VZ_STRESS_FS:-ext4 xfs btrfs}; do
	stress $fs
done
finish
