#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# check: 6.1
# A root file system made to catch the host: links out of it, and directories
# that are exchanged for links while the host works in it.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=601 private=/vz/private/601
canary=/vz/canary
mkdir -p $canary/etc $canary/dev $canary/proc $canary/sys $canary/sbin $canary/tmp
echo canary >$canary/etc/hostname
cp /bin/true $canary/sbin/init
digest() {
	(cd / && find $canary /etc /usr/sbin/vzctl -xdev \
		\( -path /etc/vz -o -path /etc/mtab \) -prune -o \
		-type f -print0 -o -type l -print0 -o -type d -print0 |
		sort -z | xargs -0 stat -c '%n %f %u %g %s %Y' | sha256sum)
}

require "create" vzctl create $ct --ostemplate busybox --hostname trap.example
before=$(digest)

# links in place of the directories that a start uses
for dir in dev proc sys etc sbin tmp; do
	for target in $canary/$dir ../../../../../..$canary/$dir /proc/1/root$canary/$dir; do
		mv $private/$dir $private/$dir.real
		ln -s "$target" $private/$dir
		timeout 60 vzctl start $ct >/tmp/out 2>&1
		case $dir in
		dev | proc | sys)
			vzctl status $ct | grep -q down && ok "/$dir -> $target: refused" ||
				not_ok "/$dir -> $target: started"
			grep -q "/$dir in its root is not a directory" /tmp/out &&
				ok "/$dir: a clear sentence" || { not_ok "/$dir: no clear sentence"; cat /tmp/out; }
			;;
		esac
		timeout 60 vzctl exec2 $ct true >/dev/null 2>&1
		timeout 60 vzctl set $ct --hostname other.example >/dev/null 2>&1
		vzctl stop $ct --fast >/dev/null 2>&1
		rm $private/$dir
		mv $private/$dir.real $private/$dir
	done
done
same "the host is unchanged by links" "$(digest)" "$before"

# a loop inside exchanges directories for links while the host works
require "start" vzctl start $ct
cat >$private/swap.sh <<'S'
for d in etc tmp sbin root; do ln -sfn /../../../vz/canary/$d /$d.link; done
while :; do
	for d in tmp root etc; do
		mv /$d /$d.dir && mv /$d.link /$d
		mv /$d /$d.link && mv /$d.dir /$d
	done
done
S
vzctl exec $ct 'sh /swap.sh >/dev/null 2>&1 &'
for i in $(seq 12); do
	timeout 60 vzctl exec2 $ct true
	timeout 60 vzctl set $ct --hostname "h$i.example"
	echo exit | timeout 60 vzctl enter $ct
done >/dev/null 2>&1
same "the host is unchanged by races" "$(digest)" "$before"
check "it can still be stopped" vzctl stop $ct --fast
for i in $(seq 5); do
	timeout 60 vzctl start $ct
	vzctl stop $ct --fast
done >/dev/null 2>&1
rm -f $private/swap.sh $private/*.link
for d in tmp root etc; do
	[ ! -d $private/$d.dir ] || { rm -rf "${private:?}/$d"; mv $private/$d.dir $private/$d; }
done

# the same from outside, without a moment in which one of the two is missing:
# who shares the tree can do so while the container is being started
cat >/tmp/exchange.py <<'P'
import ctypes, os, signal, sys
RENAME_EXCHANGE, AT_FDCWD = 2, -100
libc = ctypes.CDLL(None, use_errno=True)
os.chdir(sys.argv[1])
names = [(d.encode(), d.encode() + b".link") for d in sys.argv[2:]]
for name, link in names:
    os.symlink(b"../../../../../../vz/canary/" + name, link)
done = []
signal.signal(signal.SIGTERM, lambda *_: done.append(1))
count = 0
while not done:
    for name, link in names:
        for _ in range(100):  # even: the directory is back in its place
            if libc.renameat2(AT_FDCWD, name, AT_FDCWD, link, RENAME_EXCHANGE):
                sys.exit(os.strerror(ctypes.get_errno()))
            count += 1
print(count)
P
mounts=$(cat /proc/self/mounts)
# ends CODES COMMAND... - in time, with one of the codes, and says why when it
# fails; else it counts as odd.  Its status is in $rc
ends() {
	local codes=" $1 "
	shift
	rc=0
	timeout 60 vzctl "$@" >/tmp/out 2>/tmp/err || rc=$?
	[[ $codes == *" $rc "* ]] && { [ $rc = 0 ] || [ -s /tmp/err ]; } && return
	odd=$((odd + 1))
	echo "# vzctl $*: status $rc"
	sed 's/^/#   /' /tmp/out /tmp/err
}
is_down() {
	[ "$(vzctl status $ct)" = "CTID $ct exist unmounted down" ] && return
	odd=$((odd + 1))
	vzctl status $ct | sed 's/^/# /'
}
python3 /tmp/exchange.py $private dev proc sys etc sbin tmp >/tmp/exchanged 2>&1 &
exchanging=$!
require "a loop exchanges directories" wait_for 60 test -L $private/tmp.link
started=0 refused=0 odd=0
: >/tmp/why
for i in $(seq 20); do
	if [ $((i % 5)) = 0 ]; then
		ends 0 mount $ct
		[ $((i % 10)) = 0 ] || ends 0 umount $ct
	fi
	# 47: an unusable root, 7: its console
	ends "0 7 47" start $ct
	if [ $rc = 0 ]; then
		started=$((started + 1))
		timeout 60 vzctl exec2 $ct true
		timeout 60 vzctl set $ct --hostname "h$i.example"
		echo exit | timeout 60 vzctl enter $ct
	else
		refused=$((refused + 1))
		cat /tmp/err >>/tmp/why
	fi >/dev/null 2>&1
	[ $rc != 0 ] || ends 0 stop $ct --fast
	is_down
done
kill $exchanging
wait $exchanging
same "it went on to the end" "$?" 0
echo "# $(cat /tmp/exchanged) exchanges, $started starts, $refused refused:"
sort /tmp/why | uniq -c | sed 's/^/# /'
same "every command ended as it should" "$odd" 0
check "some starts found a usable root" test $started -gt 0
check "some did not" test $refused -gt 0
rm -f $private/*.link
same "the host is unchanged by exchanges" "$(digest)" "$before"
same "nor are its mounts" "$(cat /proc/self/mounts)" "$mounts"

# the process that enters
check "start again" vzctl start $ct
same "no descriptor of the host inside" \
	"$(vzctl exec2 $ct 'ls /proc/self/fd | tr "\n" " "')" "0 1 2 3 "
same "standard files are pipes" \
	"$(vzctl exec2 $ct 'readlink /proc/self/fd/1' | cut -d: -f1)" pipe
same "the working directory is the root" "$(vzctl exec2 $ct pwd)" /
same "no inheritable capability" \
	"$(vzctl exec2 $ct 'grep CapInh /proc/self/status' | tr -d '\t')" CapInh:0000000000000000
before_bin=$(sha256sum /usr/sbin/vzctl)
cat >$private/grab.sh <<'S'
# tries to write to the program of whoever enters
i=0
while [ $i -lt 3000 ]; do
	for p in /proc/[0-9]*; do
		case $(readlink $p/exe 2>/dev/null) in
		*vzctl*) echo seen >>/seen; echo PWNED >$p/exe ;;
		esac
		ls $p/fd $p/cwd/ $p/root/vz 2>/dev/null | grep -q canary && echo escaped >>/seen
	done 2>/dev/null
	i=$((i + 1))
done
S
vzctl exec $ct 'sh /grab.sh >/dev/null 2>&1 &'
for _ in $(seq 30); do vzctl exec2 $ct true; done
same "the host's program cannot be overwritten" "$(sha256sum /usr/sbin/vzctl)" "$before_bin"
same "nor be seen" "$(cat $private/seen 2>/dev/null)" ""
# a shell that is a script interpreted by the one who runs it
mv $private/bin/sh $private/bin/sh.real
printf '#!/proc/self/exe\n' >$private/bin/sh
chmod +x $private/bin/sh
timeout 60 vzctl exec $ct true >/dev/null 2>&1
timeout 60 vzctl enter $ct </dev/null >/dev/null 2>&1
same "nor by way of an interpreter line" "$(sha256sum /usr/sbin/vzctl)" "$before_bin"
mv $private/bin/sh.real $private/bin/sh

# programs inside that misbehave
printf '#!/bin/busybox sh\nwhile :; do echo %080d; done\n' 0 >$private/flood
chmod +x $private/flood
same "a flood of output is relayed" "$(timeout 60 vzctl exec2 $ct /flood 2>/dev/null | head -c 1000000 | wc -c)" 1000000

check "stop" vzctl stop $ct --fast
same "the host is unchanged at the end" "$(digest)" "$before"
check "destroy" vzctl destroy $ct
rm -rf $canary
finish
