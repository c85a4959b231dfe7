#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# check: 6.12
# What people run in a container, on simfs with quota for users: apt-get with
# all that packages do, PostgreSQL that dies, podman with overlayfs.
# VZ_STACK=apt: PostgreSQL and podman are installed by apt-get, too, not part of
# the template; takes some minutes more.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=461 private=/vz/private/461 root=/vz/root/461 from=/srv/packages
in_ct() { vzctl exec2 $ct "$@"; }
apt() { in_ct "DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends $*"; }
postgres() { in_ct "su postgres -c 'PGCLUSTER=15/bank $*'"; }
sql() { postgres "psql -qAtc \"$1\""; }
usage() { fs-stress show $ct | awk '$1 == "all" { print $3 }'; }
user() { fs-stress show $ct | awk -v id="$1" '$1 == "user" && $2 == id { print $3 }'; }
exact() { fs-stress check $ct $private 30; }
lap() { echo "# $SECONDS s: $*"; }

for disk in /sys/block/vd*; do
	[ "$(cat "$disk/serial")" = packages ] || continue
	mkdir -p $from
	mount -t squashfs -o ro "/dev/${disk##*/}" $from
done
require "the packages are there" test -s $from/debian/Packages
template=$from/stack.tar
[ "${VZ_STACK-}" != apt ] || template=debian-12-x86_64-minimal
require "create" vzctl create $ct --ostemplate $template \
	--diskspace 2G:2G --diskinodes 60000:60000
printf '#!/bin/sh\n%s\n' "mkdir -p $root$from && mount --bind $from $root$from" \
	>/etc/vz/conf/$ct.mount
chmod +x /etc/vz/conf/$ct.mount
require "settings" vzctl set $ct --quotaugidlimit 200 --ram 1G \
	--netfilter full --save
lap created
require "start" vzctl start $ct --wait
lap started
same "its root is a simfs" "$(in_ct 'stat -f -c %t /')" 53494d46
check "with quota for users and groups" in_ct \
	'grep -q "^/dev/simfs / simfs .*usrquota,grpquota" /proc/mounts'
same "and a limit" "$(in_ct 'df -k --output=size / | tail -n1' | tr -d ' ')" \
	$((2 << 20))
check "systemd is content" in_ct 'systemctl is-system-running'

# ------------------------------------------------------------- packages --
in_ct "rm -f /etc/apt/sources.list && useradd -m joe &&
	echo 'deb [trusted=yes] file:$from/debian ./' \
		>/etc/apt/sources.list.d/local.list"
require "apt-get update" apt update
[ "${VZ_STACK-}" != apt ] ||
	require "apt-get install of the big ones" apt install postgresql podman crun
before=$(usage)
require "apt-get install" apt install --reinstall at molly-guard iputils-ping
lap "packages installed"
same "none is half done" "$(in_ct 'dpkg --audit')" ""
# without those that the template leaves out by intention
same "files are as in the packages" "$(in_ct \
	'dpkg --verify at molly-guard iputils-ping | grep -v "^missing .*/usr/share/"')" ""
same "a diversion" "$(in_ct \
	'dpkg-divert --truename /sbin/reboot; readlink /lib/molly-guard/reboot /sbin/reboot')" \
	"/lib/molly-guard/reboot
/bin/systemctl
/lib/molly-guard/molly-guard"
same "a capability of a file" "$(in_ct 'getcap /bin/ping')" \
	"/bin/ping cap_net_raw=ep"
same "is on disk as if set by the host" "$(getcap -n $private/bin/ping)" \
	"$private/bin/ping cap_net_raw=ep"
# so that ping needs it
in_ct 'sysctl -q -w net.ipv4.ping_group_range="1 0"'
check "and is in force" in_ct 'su joe -c "ping -4 -c 1 127.0.0.1"'
in_ct 'cp /bin/ping /tmp/ping'
refused "without it ping does not work" in_ct \
	'su joe -c "/tmp/ping -4 -c 1 127.0.0.1"'
same "set-id bits" "$(in_ct 'stat -c "%U:%G %a" /usr/bin/at')" "daemon:daemon 6755"
same "are on disk as if set by the host" "$(stat -c %u:%g:%a $private/usr/bin/at)" 1:1:6755
check "a service was started" in_ct 'systemctl -q is-active atd'
in_ct 'su joe -c "echo id -u \>/tmp/job | at now"' >/dev/null 2>&1
check "and runs a job of a user" wait_for 60 in_ct 'grep -qx "$(id -u joe)" /tmp/job'
[ "$(usage)" -gt "$before" ] && ok "that is charged" || not_ok "nothing is charged"
check "apt-get purge" apt purge at molly-guard
same "diversions are gone" "$(in_ct \
	'dpkg-divert --list molly-guard; readlink /sbin/reboot; ls -d /lib/molly-guard /usr/bin/at 2>/dev/null')" \
	/bin/systemctl
lap "packages done"

# ----------------------------------------------------------- PostgreSQL --
cat >$root/usr/local/bin/load <<'S'
#!/bin/sh
# one transaction after another; on standard output those that are done
i=0
while i=$((i + 1)); do
	echo "insert into log values ($i, repeat('x', 500)) returning id;"
done | psql -qAt -v ON_ERROR_STOP=1
S
cat >$root/usr/local/lib/transfer.sql <<'S'
\set a random(1, 1000)
\set b random(1, 1000)
\set sum random(1, 100)
begin;
update account set total = total - :sum where id = :a;
update account set total = total + :sum where id = :b;
insert into history values (:a, :b, :sum);
end;
S
chmod 755 $root/usr/local/bin/load
transfer="pgbench -n -f /usr/local/lib/transfer.sql"
done_lines() { [ "$(wc -l <$root/tmp/done)" -ge "$1" ]; }
require "initdb" in_ct 'pg_createcluster -p 5433 15 bank'
lap initdb
require "start it" in_ct 'systemctl start postgresql@15-bank'
same "fsync is on" "$(sql 'show fsync')" on
require "tables" sql "
	create table log (id int primary key, t text);
	create table history (a int, b int, sum int);
	create table account as select id, 0 as total
		from generate_series(1, 1000) id;
	create unique index on account (id)"
check "200 transactions of four clients" postgres "$transfer -c 4 -t 50 postgres"
lap "transactions done"
postgres load >$root/tmp/done 2>/dev/null &
load=$!
postgres "$transfer -c 2 -T 600 postgres" >/tmp/bench 2>&1 &
bench=$!
check "while more of them run" wait_for 120 done_lines 100
check "its first process is killed" in_ct \
	'kill -9 $(head -n1 /var/lib/postgresql/15/bank/postmaster.pid)'
wait $load $bench
same "they noticed" "$(grep -c 'Run was aborted' /tmp/bench)" 1
lap killed
check "nothing of it is left" wait_for 60 in_ct '! pgrep -x postgres -u postgres'
check "start again" in_ct 'systemctl stop postgresql@15-bank
	systemctl start postgresql@15-bank'
check "it recovers" wait_for 60 postgres 'psql -c "select 1"'
check "as the log says" in_ct \
	'grep -q "redo done" /var/log/postgresql/postgresql-15-bank.log'
lap recovered
acknowledged=$(tail -n1 $root/tmp/done)
echo "# $acknowledged acknowledged, $(sql 'select max(id) from log') there"
same "what was acknowledged is there, nothing is there half" "$(sql "
	select count(*) = max(id) and min(length(t)) = 500 and
		max(id) - ${acknowledged:-0} in (0, 1) from log")" t
same "all accounts are balanced" "$(sql '
	with change as (select id, sum(s) s from
		(select a id, -sum s from history union all
		 select b id, sum s from history) h group by id)
	select count(*) = 1000 and bool_and(total = coalesce(s, 0)) and
		(select count(*) from history) > 200
		from account left join change using (id)')" t
check "tables and indices are sound" postgres \
	'/usr/lib/postgresql/15/bin/pg_amcheck -p 5433 --install-missing --heapallindexed --exclude-schema pg_catalog postgres'
lap "database checked"
id=$(in_ct 'id -u postgres')
before=$(user "$id")
check "drop the cluster" in_ct 'pg_dropcluster --stop 15 bank'
[ $((before - $(user "$id"))) -gt $((32 << 20)) ] &&
	ok "its user is charged less" ||
	not_ok "charged $before bytes, then $(user "$id")"

# --------------------------------------------------------------- podman --
podman() { in_ct "podman $*"; }
nested() { podman run --rm --network=none "$@"; }
zstd -qdc /vz/template/cache/busybox.tar.zst >$root/tmp/busybox.tar
check "import an image" podman import /tmp/busybox.tar busybox
rm $root/tmp/busybox.tar
same "podman uses overlayfs" \
	"$(podman "info --format '{{.Store.GraphDriverName}} {{index .Store.GraphStatus \"Native Overlay Diff\"}}'")" \
	"overlay true"
lap "image imported"
cat >$root/tmp/inside <<'S'
grep '^overlay / overlay ' /proc/mounts
[ "$(cat /sys/fs/cgroup/memory.max)" = 134217728 ]
[ "$(cat /sys/fs/cgroup/pids.max)" = 20 ]
grep root /etc/passwd
echo 'new:x:7:7::/:/bin/sh' >>/etc/passwd
rm /etc/group
rm -r /etc/init.d
mkdir /etc/init.d
mv /home /home.moved
echo content >/file
cp /bin/busybox /suid
chown 1234 /suid
chmod 4755 /suid
dd if=/dev/zero of=/big bs=1M count=8
chown 4321 /big
S
check "a container writes, removes, renames, with limits of its own" \
	podman run --name one --network=none -m 128m --pids-limit 20 \
	-v /tmp/inside:/inside:ro busybox sh -e /inside
lap "first container"
same "that is charged to its user, by the id in here" "$(user 4321)" $((8 << 20))
same "podman sees the changes" "$(podman diff one | sort)" "A /big
A /file
A /home.moved
A /inside
A /suid
C /etc
C /etc/passwd
D /etc/group
D /etc/init.d
D /home"
check "make an image of it" podman commit -q one two
check "it has them" nested two sh -ec "'
	grep -q ^new /etc/passwd && ! [ -e /etc/group ] && ! [ -e /home ]
	[ -d /etc/init.d ] && [ -z \"\$(ls /etc/init.d)\" ]
	[ \"\$(cat /file)\" = content ] && [ \"\$(stat -c %u:%a /suid)\" = 1234:4755 ]'"
check "the first image has not, with ids of its own" nested \
	--uidmap 0:1000:30000 --gidmap 0:1000:30000 busybox sh -ec "'
		grep -q \" 1000 *30000\" /proc/self/uid_map
		! grep -q ^new /etc/passwd && [ -e /etc/group ] && [ -e /home ]
		[ \"\$(stat -c %u /etc/group)\" = 0 ]
		[ -n \"\$(ls /etc/init.d)\" ] && ! [ -e /file ]'"
cp /usr/sbin/runc $root/usr/local/sbin/
same "runc works as well as crun" "$(podman --runtime /usr/local/sbin/runc \
	run --rm --network=none busybox cat /proc/1/comm)" cat
lap "images compared"
# two file systems are stacked, and simfs is one
mkdir -p $root/srv/volume/{lower,upper,work,upper2,work2}
check "a privileged one gets no more than this container has" \
	nested --privileged -v /srv/volume:/v busybox sh -ec "'
		mount -t proc proc /mnt
		[ -e /mnt/self ] && ! [ -e /mnt/sysrq-trigger ] && ! [ -e /mnt/kcore ]
		umount /mnt
		! [ -e /dev/vda ] && ! mknod /dev/vda b 254 0
		! echo 1 >/proc/sys/kernel/panic
		! grep -q /vz /proc/mounts
		o=userxattr,upperdir=/v/upper,workdir=/v/work
		! mount -t overlay -o \$o,lowerdir=/etc none /mnt
		o=userxattr,upperdir=/v/upper2,workdir=/v/work2
		mount -t overlay -o \$o,lowerdir=/v/lower none /mnt
		echo content >/mnt/file'"
same "its overlayfs on a volume works, and that on its root does not" \
	"$(cd $private/srv/volume && find . -type f)" ./upper2/file
lap "confined"
# from a network of its own to this container and back
check "a server with a network and a published port" podman run -d --name web \
	-p 8080:80 busybox sh -c "'trap exit TERM
		mkdir /www && echo page >/www/index.html && httpd -h /www
		while sleep 1; do :; done'"
answers() {
	in_ct "exec 3<>/dev/tcp/$1 && printf 'GET / HTTP/1.0\r\n\r\n' >&3 &&
		timeout 5 cat <&3 | grep -qx page"
}
check "answers" wait_for 30 answers 10.88.0.1/8080
lap "served"
room=$(($(usage) / 1024 + 16384))
vzctl set $ct --diskspace $room:$room >/dev/null
refused "the limit is in force in there" \
	podman exec web dd if=/dev/zero of=/www/big bs=1M count=32
[ "$(usage)" -le $((room << 10)) ] && ok "and is not passed" ||
	not_ok "$(usage) bytes with a limit of $room KiB"
[ "$(usage)" -gt $(((room - 1024) << 10)) ] && ok "but reached" ||
	not_ok "$(usage) bytes with a limit of $room KiB"
podman exec web rm /www/big >/dev/null
vzctl set $ct --diskspace 2G:2G >/dev/null
before=$(usage)
check "remove what is not running" podman rm one
check "and its image" podman rmi two
same "their user is charged nothing" "$(user 4321)" ""
[ $((before - $(usage))) -ge $((16 << 20)) ] && ok "usage goes down" ||
	not_ok "charged $before bytes, then $(usage)"
check "usage is exact" exact
lap "podman done"

# ------------------------------------------------------------------ end --
begin=$SECONDS
check "stop, with a container running in it" vzctl stop $ct
[ $((SECONDS - begin)) -lt 80 ] && ok "it was halted, not killed" ||
	not_ok "stop took $((SECONDS - begin)) s"
refused "nothing of it is mounted" grep " $root" /proc/self/mounts
refused "nothing of it runs" test -d /sys/fs/cgroup/vz/$ct
same "the quota file is clean" "$(sed -n 's/^state //p' /var/vzquota/quota.$ct)" clean
vzdqcheck $private >/tmp/counted
same "what it says is what is there" \
	"$(vzquota show $ct | awk '/1k-blocks|inodes/ { print $2 }' | xargs)" \
	"$(tail -n1 /tmp/counted | awk '{ print $1, $2 }')"
check "destroy" vzctl destroy $ct
refused "nothing is left" ls $private /var/vzquota/quota.$ct
umount $from
lap end
finish
