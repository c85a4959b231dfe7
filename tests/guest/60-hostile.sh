#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
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
for i in $(seq 20); do
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
printf '#!/bin/busybox sh\nwhile :; do echo y; done\n' >$private/flood
chmod +x $private/flood
same "a flood of output is relayed" "$(timeout 60 vzctl exec2 $ct /flood 2>/dev/null | head -c 1000000 | wc -c)" 1000000

check "stop" vzctl stop $ct --fast
same "the host is unchanged at the end" "$(digest)" "$before"
check "destroy" vzctl destroy $ct
rm -rf $canary
finish
