#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# check: 6.1
# Quotas of a container's own users and groups, with the tools that Debian has.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh
. ./nettools.sh

ct=281 other=282
dir=/vz/private/$ct
as_alice() { in_ct $ct setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
# the columns of a report: blocks soft hard, files soft hard
columns() { in_ct $ct "$@" 2>&1 | awk -v name="$who" '$1 == name { print $3, $4, $5, $(NF - 2), $(NF - 1), $NF }'; }

require "a container with the tools" tools_ct $ct
tools_put $dir /usr/bin/quota /usr/sbin/{setquota,repquota,quotaon,quotaoff} \
	/usr/sbin/{edquota,warnquota} /usr/bin/{quotasync,setpriv}
echo 'alice:x:1000:1000::/home/alice:/bin/sh' >>$dir/etc/passwd
echo 'alice:x:1000:' >>$dir/etc/group
mkdir -p $dir/home/alice
chown 1000:1000 $dir/home/alice
require "another one" vzctl create $other --ostemplate busybox
vzctl set $ct --quotaugidlimit 100 --diskspace 200M:220M --save >/dev/null
require "start them" sh -c "vzctl start $ct && vzctl start $other"

check "the mount says so" in_ct $ct grep -q '^/dev/simfs / simfs .*usrquota,grpquota' \
	/proc/mounts
same "the files" "$(readlink $dir/aquota.user) $(readlink $dir/aquota.group)" \
	"/proc/vz/aquota.user /proc/vz/aquota.group"
in_ct $ct quotaon -pa >/tmp/on 2>&1
same "quotas are on" "$(grep -cE '^(user|group) quota .* is on' /tmp/on)" 2
check "root sets a limit" in_ct $ct setquota -u alice 300 400 10 12 /
check "and a time" in_ct $ct setquota -u -t 3600 7200 /
refused "alice does not" as_alice setquota -u alice 0 0 0 0 /
refused "nor sees what root has" as_alice quota -u root
check "but what she has" sh -c "vzctl exec3 $ct setpriv --reuid 1000 \
	--regid 1000 --clear-groups quota -w | grep -q '/dev/simfs .*300.*400'"

as_alice dd if=/dev/zero of=/home/alice/big bs=1k count=500 >/tmp/dd 2>&1
check "alice comes to her limit" grep -q "Disk quota exceeded" /tmp/dd
who=alice
same "repquota" "$(columns repquota -u -a | cut -d' ' -f1-3)" "400 300 400"
check "over the soft limit the time runs" sh -c \
	"vzctl exec3 $ct repquota -u -a | grep '^alice.*+-.*0[01]:[0-9][0-9]'"
same "groups, too" "$(columns repquota -g -a | cut -d' ' -f1)" 400
for i in $(seq 20); do as_alice touch /home/alice/f$i; done 2>/tmp/touch
check "and to that of files" grep -q "Disk quota exceeded" /tmp/touch
same "as many as allowed" "$(find $dir/home/alice | wc -l)" 12

cat >$dir/editor <<'S'
#!/bin/sh
# the first number is what is used
sed -i 's/\b400\b/600/2; s/\b300\b/500/' "$1"
S
chmod +x $dir/editor
check "edquota" in_ct $ct env EDITOR=/editor edquota -u alice
as_alice dd if=/dev/zero of=/home/alice/big bs=1k count=450 >/tmp/dd 2>&1
same "she has more" $? 0

cat >$dir/etc/warnquota.conf <<'C'
MAIL_CMD = "cat >>/mail"
FROM = "root@localhost"
SUBJECT = "over quota"
MESSAGE = "You have too much"
C
echo '/dev/simfs: the container' >$dir/etc/quotatab
in_ct $ct setquota -u alice 100 600 0 0 /
in_ct $ct warnquota -u >/tmp/warn 2>&1
check "warnquota" grep -q '^To: alice' $dir/mail
check "tells what and how much" grep -Eq 'the container|450|/dev/simfs' $dir/mail
in_ct $ct setquota -u alice 500 600 10 12 /
check "a group's limit" in_ct $ct setquota -g alice 0 420 0 0 /
as_alice dd if=/dev/zero of=/home/alice/more bs=1k count=450 >/tmp/dd 2>&1
check "is in force" grep -q "Disk quota exceeded" /tmp/dd
rm -f $dir/home/alice/more
check "no more" in_ct $ct setquota -g alice 0 0 0 0 /

check "root is bound by his own" in_ct $ct setquota -u root 0 1 0 0 /
refused "he is" in_ct $ct dd if=/dev/zero of=/own bs=1k count=100
check "and takes it away" in_ct $ct setquota -u root 0 0 0 0 /
check "he may" in_ct $ct dd if=/dev/zero of=/own bs=1k count=100
check "chown moves usage" sh -c "vzctl exec3 $ct setquota -u alice 0 0 0 0 / &&
	vzctl exec3 $ct chown 1000 /own && vzctl exec3 $ct setquota -u alice 500 600 0 0 /"
same "to alice" "$(columns repquota -u -a | cut -d' ' -f1)" \
	"$(find $dir -user 1000 -print0 | du -k --total --files0-from=- |
		awk 'END { print $1 }')"

check "switched off" in_ct $ct quotaoff -u /
check "she has no limit" as_alice dd if=/dev/zero of=/home/alice/big bs=1k count=700
check "and on" in_ct $ct quotaon -u /
refused "she has one" as_alice dd if=/dev/zero of=/home/alice/b2 bs=1k count=700

# what is not the container's
refused "without level 2 there are no files" \
	in_ct $other cat /proc/vz/aquota.user
refused "nor a device" in_ct $other test -e /dev/simfs
refused "nothing of others in /proc" in_ct $ct grep -r . /proc/vz/vzquota
same "limits stay over a restart" "$(vzctl restart $ct >/dev/null 2>&1
	columns repquota -u -a | cut -d' ' -f2-3)" "500 600"
check "the host sees them" sh -c "vzquota stat $ct -t | grep -q 1000"
check "stop" sh -c "vzctl stop $ct --fast && vzctl stop $other --fast"
check "destroy" sh -c "vzctl destroy $ct && vzctl destroy $other"
finish
