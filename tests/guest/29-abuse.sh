#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# check: 6.12
# A container that wants more of the disk than it may have, or to see what is
# not its own; and hostile trees and files in the way of what counts.
# VZ_EMPTY: how many empty files (0: up to a limit of 500).
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=297 other=298 private=/vz/private/297 root=/vz/root/297
file=/var/vzquota/quota.297 canary=canary.of.the.host
hard=$((24 << 20)) slack=$((256 << 10))
for dir in / /vz /vz/private /vz/root; do : >$dir/$canary; done
usage() { fs-stress show $ct | awk '$1 == "all" { print $3 }'; }
free_kb() { stat -f -c '%a %S' /vz | awk '{ print int($1 * $2 / 1024) }'; }
inside() { vzctl exec3 $ct /fs-stress "$@"; }

for i in $ct $other; do
	require "create $i" vzctl create $i --ostemplate busybox \
		--diskspace 24M:24M --diskinodes 500:500
	vzctl set $i --quotaugidlimit 20 --save >/dev/null
done
cp /vz-test/fs-stress $private/
require "start" sh -c "vzctl start $ct && vzctl start $other"

# ----------------------------------------------------------- more space --
before=$(free_kb)
fs-stress watch $ct $slack &
watch=$!
check "hidden files, holes and space beyond the end" inside space $hard
check "a tree at the limit" inside tree /tree 5 3
same "df inside" "$(vzctl exec2 $ct 'df -k / | tail -n1' | awk '{ print $2 }')" \
	$((hard >> 10))
check "the host has lost no more than that" \
	test $((before - $(free_kb))) -le $(((hard + slack) >> 10))
check "usage is exact" fs-stress check $ct $private
# the tree may have left room for nothing
vzctl exec2 $ct 'rm -rf /tree /project'
check "empty files up to the limit" inside inodes 1000
kill $watch
wait $watch
same "no limit was passed" $? 0
check "usage is exact with empty files" fs-stress check $ct $private
vzctl exec2 $ct 'rm -rf /many'
if [ "${VZ_EMPTY:-0}" -gt 0 ]; then
	vzctl set $ct --diskinodes $((VZ_EMPTY + 1000)) --diskspace 4G >/dev/null
	begin=$SECONDS
	inside inodes "$VZ_EMPTY"
	echo "# $VZ_EMPTY files: $((SECONDS - begin)) s"
	check "usage is exact with $VZ_EMPTY files" fs-stress check $ct $private 60
	begin=$SECONDS
	check "they are counted" sh -c "vzdqcheck $private >/tmp/counted"
	echo "# counted in $((SECONDS - begin)) s"
	vzctl exec2 $ct 'rm -rf /many'
	vzctl set $ct --diskinodes 500 --diskspace 24M >/dev/null
fi

# --------------------------------------------------------- out of there --
check "level 1, and quotas of others, cannot be reached" inside quotas / \
	/proc /sys /dev /dev/shm /dev/pts /sys/fs/cgroup
check "handles cannot be guessed" inside handles $canary 3000
check "nor does a rename lead out of a bind mount" inside move $canary
refused "no name in another file system" \
	vzctl exec2 $ct 'ln /etc/hostname /dev/shm/hostname'
cat >/tmp/move.py <<'P'
import errno, os, sys
for call in os.rename, os.link:
    try:
        call(sys.argv[1], sys.argv[2])
        sys.exit(f'{call.__name__} works')
    except OSError as e:
        if e.errno != errno.EXDEV:
            sys.exit(str(e))
P
check "nor from one quota into another one" \
	python3 /tmp/move.py $root/etc/hostname /vz/root/$other/moved
refused "the report cannot be written" \
	vzctl exec2 $ct 'echo >/proc/vz/aquota.user'
vzctl exec2 $ct 'rm -f /aquota.user && ln -s /etc/passwd /aquota.user &&
	mkdir -p /proc && mount -t tmpfs none /proc/vz' >/dev/null 2>&1
same "what is mounted over it changes nothing" \
	"$(vzquota stat $ct | awk '/1k-blocks/ { print $3, $4 }')" "24576 24576"
check "nothing of the host is inside" sh -c \
	"! find $root -xdev -name $canary | grep ."
check "stop" sh -c "vzctl stop $ct --fast && vzctl stop $other --fast"

# ------------------------------------------------------ trees that move --
mkdir -p /vz/canary/d
dd if=/dev/zero of=/vz/canary/d/big bs=1M count=40 2>/dev/null
cat >/tmp/exchange.py <<'P'
import ctypes, os, sys
libc = ctypes.CDLL(None)
os.chdir(sys.argv[1])
for n in range(6):
    os.makedirs(f'x{n}/d/e', exist_ok=True)
    os.symlink('../../../vz/canary', f'l{n}')
open('ready', 'w').close()
while True:
    for n in range(6):
        libc.renameat2(-100, b'x%d' % n, -100, b'l%d' % n, 2)
P
python3 /tmp/exchange.py $private &
exchange=$!
require "a loop exchanges directories for links" \
	wait_for 20 test -e $private/ready
odd=0 counted=0
for _ in {1..12}; do
	rc=0
	timeout 60 vzdqcheck $private >/tmp/out 2>/tmp/err || rc=$?
	if [ $rc = 0 ]; then
		counted=$((counted + 1))
		# what a link leads to would be 40 MB more
		[ "$(tail -n1 /tmp/out | awk '{ print $1 }')" -lt 24576 ] ||
			odd=$((odd + 1))
	elif [ $rc -ge 124 ] || ! [ -s /tmp/err ]; then
		odd=$((odd + 1))
	fi
done
kill $exchange
wait $exchange 2>/dev/null
echo "# $counted of 12 counts went to their end"
same "no count leaves the tree, or ends oddly" $odd 0
rm -rf /vz/canary $private/[xl][0-5] $private/ready

# --------------------------------------------------- a damaged quota file --
cat >/tmp/damage.py <<'P'
import random, sys
path, seed = sys.argv[1], int(sys.argv[2])
r = random.Random(seed)
data = bytearray(open('/tmp/good', 'rb').read())
kind = seed % 5
if kind == 0:
    del data[r.randrange(len(data)):]
elif kind == 1:
    for _ in range(1 + r.randrange(4)):
        data[r.randrange(len(data))] ^= 1 << r.randrange(8)
elif kind == 2:
    lines = data.split(b'\n')
    n = r.randrange(len(lines))
    words = lines[n].split(b' ')
    words[r.randrange(len(words))] = r.choice(
        [b'18446744073709551616', b'-1', b'99999999999999999999999', b'$(id)',
         b'%s%n', b'/' * 5000, b'\0'])
    lines[n] = b' '.join(words)
    data = b'\n'.join(lines)
elif kind == 3:
    lines = data.split(b'\n')
    r.shuffle(lines)
    data = b'\n'.join(lines)
else:
    data = bytes(r.randrange(256) for _ in range(r.randrange(3000)))
open(path, 'wb').write(data)
P
cp $file /tmp/good
odd=0
for i in {1..25}; do
	python3 /tmp/damage.py $file "$i"
	rc=0
	timeout 20 vzquota show $ct >/tmp/out 2>/tmp/err || rc=$?
	[ $rc -lt 124 ] || { odd=$((odd + 1)); echo "# file $i: status $rc"; }
	[ $((i % 10)) != 0 ] || {
		vzctl start $ct >/tmp/out 2>&1 && vzctl stop $ct --fast >/tmp/out 2>&1 ||
			{ odd=$((odd + 1)); sed 's/^/# /' /tmp/out; }
	}
done
same "no damaged file does harm, and none stops a container" $odd 0
cp /tmp/good $file
sed -i 's/^path .*/path \/etc/' $file
check "one that tells another directory" vzctl start $ct
check "has that of the container charged" fs-stress check $ct $private
check "stop" vzctl stop $ct --fast
rm -f $file
ln -s /etc/passwd $file
vzctl start $ct >/dev/null 2>&1
vzctl stop $ct --fast >/dev/null 2>&1
check "a link in its place changes nothing of the host" \
	grep -q '^root:' /etc/passwd
rm -f $file
check "destroy" sh -c "vzctl destroy $ct && vzctl destroy $other"
rm -f /vz/private/$canary /vz/root/$canary /vz/$canary /$canary
finish
