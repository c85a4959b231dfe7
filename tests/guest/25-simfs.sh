#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check: 6.1
# simfs behaves like the file system below it.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tests/guest/lib.sh
. ./lib.sh

posix=$PWD/simfs/posix.py
bare=/vz/simfs/bare lower=/vz/simfs/lower upper=/vz/simfs/upper
rm -rf /vz/simfs
mkdir -p $bare $lower $upper /vz/simfs/results
modprobe vzquota

require "mount" mount -t simfs $lower $upper
same "the kind of it" "$(findmnt -n -o SOURCE,FSTYPE $upper)" "/dev/simfs simfs"
refused "it has a device number of its own" \
	test "$(stat -c %d $upper)" = "$(stat -c %d $lower)"
refused "no directory" mount -t simfs /etc/passwd $bare
refused "no such directory" mount -t simfs /vz/simfs/none $bare
refused "simfs on simfs" mount -t simfs $upper $bare
refused "on a file system without names of its own" \
	mount -t simfs /proc $bare

python3 "$posix" $bare >/vz/simfs/results/bare 2>&1
same "on the host's file system" $? 0
(cd / && python3 "$posix" $upper >/vz/simfs/results/simfs 2>&1)
same "on simfs" $? 0
if diff /vz/simfs/results/bare /vz/simfs/results/simfs >/tmp/diff; then
	ok "all $(wc -l </vz/simfs/results/simfs) results are the same"
else
	not_ok "results differ"
	head -n 60 /tmp/diff | sed 's/^/#   /'
fi
(cd $bare && find . -type f -exec md5sum {} + | sort -k2) >/tmp/sum.bare
(cd $lower && find . -type f -exec md5sum {} + | sort -k2) >/tmp/sum.lower
check "and so are the files below" cmp /tmp/sum.bare /tmp/sum.lower

# Many at once: what one does may not be seen half done by another.
mkdir $upper/stress
check "many programs at once" stress-ng --quiet --timeout 15 \
	--temp-path $upper/stress --rename 2 --link 1 --symlink 1 --dir 2 \
	--dentry 1 --hdd 1 --hdd-bytes 4m --fallocate 1 --fallocate-bytes 4m \
	--mmap 1 --mmap-file --mmap-bytes 4m --xattr 1 --fcntl 1 --flock 1 \
	--utime 1 --chmod 1 --chown 1 \
	--sendfile 1 --sendfile-size 1m --seek 1 --open 1 --getdent 1
same "they cleaned up" "$(find $lower/stress -mindepth 1)" ""

# Extents that have no place on the disk yet
waiting() { filefrag -v "$1" 2>&1 | grep -c delalloc; }
dirty() { dd if=/dev/urandom of="$1" bs=64k count=16 status=none; }
dirty $upper/ours
dirty /vz/simfs/theirs
check "data wait to be written" test "$(waiting $lower/ours)" -gt 0
check "syncfs" sync -f $upper/ours
same "nothing waits any more" "$(waiting $lower/ours)" 0
check "but for what is not in the file system" \
	test "$(waiting /vz/simfs/theirs)" -gt 0
exec 8>$upper/ours
dd if=/dev/urandom bs=64k count=16 status=none >&8
check "syncfs with the file open" sync -f $upper
same "its data are written" "$(waiting $lower/ours)" 0
exec 8>&-
rm -f $upper/ours /vz/simfs/theirs

# One side changes what the other has seen.
echo one >$upper/behind
echo two >$lower/behind
same "a change below is seen" "$(cat $upper/behind)" two
test ! -e $upper/appears
echo new >$lower/appears
same "a new file below is seen" "$(cat $upper/appears 2>&1)" new
mv $lower/behind $lower/moved
echo three >$lower/behind
same "a file moved below has its new name" "$(cat $upper/moved)" two
same "and another one its old name" "$(cat $upper/behind)" three
mkdir $lower/{from,to}
echo one >$lower/from/file
same "a file in a directory" "$(cat $upper/from/file)" one
mv $lower/from $lower/to/there
mkdir $lower/from
refused "is not where it was when that is moved below" cat $upper/from/file
same "but where it is" "$(cat $upper/to/there/file)" one
rm $lower/appears
refused "a file removed below is gone" test -e $upper/appears
chmod 600 $lower/behind
same "and its mode changes" "$(stat -c %a $upper/behind)" 600

check "unmount" umount $upper
check "objects are counted" leakcheck begin
for _ in {1..50}; do
	mount -t simfs $lower $upper &&
		find $upper -type f -exec cat {} + >/dev/null &&
		rm -rf $upper/reading/d && mkdir -p $upper/reading/d/e &&
		umount $upper || break
done
refused "mounted and unmounted 50 times" mountpoint -q $upper
check "no object is left" leakcheck end 50
check "vzquota unloads" rmmod vzquota
check "and loads" modprobe vzquota

finish
