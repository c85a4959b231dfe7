#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12 7.2
# check: 6.12
# vzctl create and destroy: words, codes, bad templates, nothing left behind.
# shellcheck source-path=SCRIPTDIR
. ./lib.sh

ct=201
cache=/vz/template/cache
conf=/etc/vz/conf/$ct.conf
work=$(mktemp -d)
mkdir "$work/canary"
echo alive >"$work/canary/file"

# All that create and destroy may make, with the config files' contents.
everything() {
	(
		cd / || exit
		find vz/private vz/dump etc/vz/names etc/vz/conf -printf '%p %m\n'
		cat etc/vz/conf/*.conf 2>/dev/null
	) | sort
}

# fails CODE TEXT WORDS COMMAND... - and changes nothing
fails() {
	local code=$1 text=$2 words=$3 before
	shift 3
	before=$(everything)
	run_expect "$code" "$text" "$@"
	case $stderr in
	*"$words"*) ok "$text: says so" ;;
	*) not_ok "$text: \"$stderr\" lacks \"$words\"" ;;
	esac
	same "$text: nothing is left" "$(everything)" "$before"
}

vzctl destroy $ct >/dev/null 2>&1
rm -f "$conf".destroyed

# ------------------------------------------------------------ the good case
run_expect 0 "create" vzctl create $ct --ostemplate busybox --hostname h.example
same "what it says" "$stdout" "Creating container private area (busybox)
Performing postcreate actions
CT configuration saved to $conf
Container private area was created"
same "nothing on stderr" "$stderr" ""
same "status" "$(vzctl status $ct)" "CTID $ct exist unmounted down"
for line in 'OSTEMPLATE="busybox"' 'VE_LAYOUT="simfs"' 'ONBOOT="no"' \
	'HOSTNAME="h.example"' "VE_ROOT=\"/vz/root/\$VEID\"" \
	"VE_PRIVATE=\"/vz/private/\$VEID\"" 'ORIGIN_SAMPLE="vswap-256m"'; do
	check "config has $line" grep -Fqx "$line" "$conf"
done
same "no user of the host gets into it" "$(stat -c %a /vz/private)" 700
fails 44 "create again" "Private area already exists in /vz/private/$ct" \
	vzctl create $ct --ostemplate busybox
fails 82 "create with --config over a config" "already exists, can not use --config option" \
	vzctl create $ct --ostemplate busybox --config basic

run_expect 0 "destroy" vzctl destroy $ct
same "what it says" "$stdout" "Destroying container private area: /vz/private/$ct
Container private area was destroyed"
same "status" "$(vzctl status $ct)" "CTID $ct deleted unmounted down"
check "the config file is kept" test -e $conf.destroyed
fails 14 "destroy what is not there" "Container config file does not exist" \
	vzctl destroy $ct

run_expect 0 "--quiet create" vzctl --quiet create $ct --ostemplate busybox --name web
same "says nothing" "$stdout$stderr" ""
check "the name leads to it" test "$(readlink -f /etc/vz/names/web)" = $conf
: >/vz/dump/Dump.$ct
: >/etc/vz/conf/$ct.mount
check "destroy by name" vzctl destroy web
check "no name, no dump" test ! -L /etc/vz/names/web -a ! -e /vz/dump/Dump.$ct
check "the action script is kept" test -e /etc/vz/conf/$ct.mount.destroyed

printf '#UUID: 1\nHOSTNAME="first"\n' >$conf
check "create with a config file made before" vzctl create $ct --ostemplate busybox
same "its lines stay" "$(head -n2 $conf)" '#UUID: 1
HOSTNAME="first"'

# -------------------------------------------------------- states of destroy
check "mount" vzctl mount $ct
fails 41 "destroy of a mounted one" "Container is currently mounted (umount first)" \
	vzctl destroy $ct
check "umount" vzctl umount $ct
check "start" vzctl start $ct
# its own init may be writing files meanwhile, so they are not compared
run_expect 32 "destroy of a running one" vzctl destroy $ct
check "destroy of a running one: says so" grep -q \
	"Container is currently running. Stop it first." <<<"$stderr"
check "destroy of a running one: it runs" vzctl exec2 $ct true
check "stop" vzctl stop $ct --fast
mount -t tmpfs none /vz/private/$ct/mnt
fails 52 "destroy with a mount in it" "/vz/private/$ct/mnt is a mount point" \
	vzctl destroy $ct
umount /vz/private/$ct/mnt
ln -s "$work/canary" /vz/private/$ct/canary
check "destroy" vzctl destroy $ct
same "links are not followed" "$(cat "$work/canary/file")" alive

# ------------------------------------------------------------------ failures
fails 91 "unknown template" "Cached OS template $cache/none.tar" \
	vzctl create $ct --ostemplate none
fails 82 "unknown sample" "not found" \
	vzctl create $ct --ostemplate busybox --config none
printf '#!/bin/sh\nexit 1\n' >/etc/vz/conf/vps.create
chmod +x /etc/vz/conf/vps.create
fails 79 "vps.create fails" "vps.create" vzctl create $ct --ostemplate busybox
check "and says that the creation failed" \
	grep -q 'Creation of container private area failed' <<<"$stderr"
rm /etc/vz/conf/vps.create

mkdir -p "$work/small"
mount -t tmpfs -o size=200k,mode=0700 none "$work/small"
fails 46 "no space" "No space left on device" \
	vzctl create $ct --ostemplate busybox --private "$work/small/\$VEID"
same "the file system is empty" "$(ls -A "$work/small")" ""
umount "$work/small"

mkdir -m 0755 /open
fails 48 "directory that users can enter" "chmod 0700 /open" \
	vzctl create $ct --ostemplate busybox --private "/open/\$VEID"
rmdir /open

# one line of vz.conf changed
with_conf() { # CODE TEXT WORDS VARIABLE
	cp -p /etc/vz/vz.conf "$work/vz.conf"
	sed -i "s|^$4=.*|$4=\"\"|" /etc/vz/vz.conf
	fails "$1" "$2" "$3" vzctl create $ct
	cat "$work/vz.conf" >/etc/vz/vz.conf
}
with_conf 24 "TEMPLATE unset" "TEMPLATE is not set" TEMPLATE
with_conf 23 "VE_PRIVATE unset" "VE_PRIVATE is not set" VE_PRIVATE
with_conf 22 "VE_ROOT unset" "VE_ROOT is not set" VE_ROOT
with_conf 29 "no template given" "OS template is not specified" DEF_OSTEMPLATE

# ---------------------------------------------------------- hostile archives
# make NAME PYTHON - a template with entries that python adds
make() {
	python3 - "$cache/$1.tar.gz" "$work/canary" <<-END
	import io, sys, tarfile
	out, canary = sys.argv[1:]
	t = tarfile.open(out, "w:gz", format=tarfile.PAX_FORMAT)
	def add(name, kind=tarfile.REGTYPE, link="", data=b"evil", **more):
	    i = tarfile.TarInfo(name)
	    i.type, i.linkname = kind, link
	    i.size = len(data) if kind == tarfile.REGTYPE else 0
	    for k, v in more.items(): setattr(i, k, v)
	    t.addfile(i, io.BytesIO(data))
	add("./etc/passwd")
	$2
	t.close()
	END
}
sym=tarfile.SYMTYPE hard=tarfile.LNKTYPE
make dotdot 'add("../escaped")'
make absolute 'add(canary + "/file")'
make through "add('out', $sym, canary); add('out/file')"
make hardout "add('h', $hard, '../../etc/shadow')"
make hardabs "add('h', $hard, '/etc/shadow')"
make hardlink "add('out', $sym, canary); add('h', $hard, 'out/file')"
make device 'add("sda", tarfile.BLKTYPE, devmajor=8, devminor=0)'
make owner 'add("x", uid=100000)'
make long 'add("n" * 300)'
make newline 'add("a\nb/../c")'
for name in dotdot absolute through hardout hardabs hardlink device owner long \
	newline; do
	fails 48 "template $name" "Template entry" vzctl create $ct --ostemplate $name
done
same "message stays on its line" "$(grep -c 'a.*b' <<<"$stderr")" 1
head -c 300000 "$cache/busybox.tar.zst" >"$cache/cut.tar.zst"
fails 48 "template cut off" "damaged" vzctl create $ct --ostemplate cut
head -c 3000 /dev/urandom >"$cache/noise.tar"
fails 48 "template of noise" "not a tar archive" vzctl create $ct --ostemplate noise
make good 'add("dev/sda", tarfile.BLKTYPE, devmajor=8, devminor=0); add("su", mode=0o4755)'
check "device nodes in dev/ are no reason to refuse" vzctl create $ct --ostemplate good
check "but they are left out" test ! -e /vz/private/$ct/dev/sda
same "setuid is kept" "$(stat -c %a:%u /vz/private/$ct/su)" 4755:0
check "destroy" vzctl destroy $ct
same "nothing outside was touched" "$(find "$work/canary" -type f -exec cat {} +)" alive
check "no file escaped" test ! -e /vz/private/escaped -a ! -e /vz/escaped

# ------------------------------------------------------------- interruptions
# create_debian - begins to, and is in the middle of it; sets $pid
create_debian() {
	vzctl create $ct --ostemplate debian-12-x86_64-minimal --name web \
		>"$work/out" 2>"$work/err" &
	pid=$!
	check "it unpacks" wait_for 60 test -e /vz/private/$ct.tmp/fs/usr
}

before=$(everything)
for sig in INT TERM; do
	create_debian
	[ $sig = TERM ] || run_expect 9 "another create meanwhile" \
		vzctl create $ct --ostemplate busybox
	kill -$sig $pid
	rc=0
	wait $pid || rc=$?
	same "SIG$sig: status" $rc 3
	same "SIG$sig: stdout" "$(cat "$work/out")" \
		"Creating container private area (debian-12-x86_64-minimal)

Cancelling..."
	same "SIG$sig: stderr" "$(cat "$work/err")" "Cancelled
Creation of container private area failed"
	same "SIG$sig: nothing is left" "$(everything)" "$before"
	check "SIG$sig: no lock is left" test ! -e /vz/lock/$ct.lck
done

create_debian
kill -KILL $pid
wait $pid 2>/dev/null
same "killed in the middle: status" "$(vzctl status $ct)" "CTID $ct deleted unmounted down"
check "create after that, with --config" vzctl create $ct --ostemplate busybox --config basic
check "no half one is left" test ! -e /vz/private/$ct.tmp
check "destroy" vzctl destroy $ct

# Does this build have fault points?
rc=0
VZ_FAULT=create:begin vzctl create $ct --ostemplate busybox >/dev/null 2>&1 || rc=$?
if [ $rc != 137 ]; then
	echo "# this build has no fault points: kill tests left out"
	vzctl destroy $ct >/dev/null 2>&1
	finish
fi
for step in begin configured unpacked renamed scripted; do
	for repair in create destroy; do
		vzctl destroy $ct >/dev/null 2>&1
		rm -f "$conf" "$conf".destroyed
		run_expect 137 "create dies at $step" \
			env VZ_FAULT=create:$step vzctl create $ct --ostemplate busybox --name fault
		[ $step = renamed ] || [ $step = scripted ] || [ $repair = destroy ] ||
			check "create after it" vzctl create $ct --ostemplate busybox --name fault
		vzctl destroy $ct >/dev/null 2>&1
		check "nothing of $step is left" test ! -e /vz/private/$ct \
			-a ! -e /vz/private/$ct.tmp -a ! -L /etc/vz/names/fault
		same "nothing aside" "$(ls -A /vz/private)" ""
	done
done
for step in moved removed scripts; do
	vzctl create $ct --ostemplate busybox >/dev/null 2>&1
	run_expect 137 "destroy dies at $step" \
		env VZ_FAULT=destroy:$step vzctl destroy $ct
	same "status is true" "$(vzctl status $ct)" "CTID $ct deleted unmounted down"
	check "destroy again" vzctl destroy $ct
	same "nothing is left" "$(ls -A /vz/private)" ""
	check "no config" test ! -e "$conf"
done
rm -f "$cache"/{dotdot,absolute,through,hardout,hardabs,hardlink,device,owner,long,newline,good}.tar.gz \
	"$cache"/cut.tar.zst "$cache"/noise.tar
rm -r "$work"
finish
