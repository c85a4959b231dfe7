#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# check: 6.12
# vzctl's words: messages and the streams they go to, exit codes, word order,
# options, locks, names, and what is wrong from the start.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2016,SC2154 # for shells inside; set by run_expect
. ./lib.sh

ct=301 other=302 none=399
conf=/etc/vz/conf/$ct.conf
log=/var/log/vzctl.log

# expect STATUS STDOUT STDERR COMMAND... - all three exactly
expect() {
	local want=$1 out=$2 err=$3
	shift 3
	run_expect "$want" "$*: status $want" "$@"
	same "$*: stdout" "$stdout" "$out"
	same "$*: stderr" "$stderr" "$err"
}

# like STATUS PATTERN COMMAND... - nothing on stdout, stderr matches
like() {
	local want=$1 pattern=$2
	shift 2
	run_expect "$want" "$*: status $want" "$@"
	same "$*: stdout" "$stdout" ""
	# shellcheck disable=SC2254 # it is a pattern
	case $stderr in
	$pattern) ok "$*: stderr" ;;
	*) same "$*: stderr" "$stderr" "$pattern" ;;
	esac
}

lines() { printf '%s\n' "$@"; }

# ------------------------------------------------------- before any work --

version=$(vzctl --version)
case $version in
'vzctl version '[0-9]*.[0-9]*.[0-9]*) ok "--version: $version" ;;
*) not_ok "--version: $version" ;;
esac
run_expect 0 "--help" vzctl --help
same "--help starts with the version" "$(head -n1 <<<"$stdout")" "$version"
check "--help has the line that panels look for" \
	grep -q 'vzctl set.*--force' <<<"$stdout"
run_expect 20 "no arguments" vzctl
same "no arguments: stdout" "$stdout" ""
check "no arguments: usage on stderr" grep -q '^vzctl start' <<<"$stderr"
expect 20 "" "Bad command: fly" vzctl fly $ct
expect 21 "" "CT ID missing" vzctl start
expect 21 "" "Bad CT ID --wait" vzctl start --wait $ct
expect 21 "" "Bad CT ID --save" vzctl set --save $ct
expect 21 "" "Bad CT ID 1/2" vzctl start 1/2
expect 21 "" "Bad CT ID 2147483645" vzctl start 2147483645
expect 21 "" "Unable to find container by name nobody" vzctl stop nobody
expect 21 "" "Only set actions are allowed for CT0" vzctl start 0

# ------------------------------------------------------ no such container --

for verb in destroy mount umount start stop restart enter console; do
	expect 14 "" "Container config file does not exist" vzctl $verb $none
done
expect 14 "" "Container config file does not exist" vzctl exec2 $none true
expect 0 "CTID $none deleted unmounted down" "" vzctl status $none
expect 0 "CTID $none deleted unmounted down" "" vzctl --quiet status $none

# --------------------------------------------------------------- create --

expect 91 "" "Cached OS template /vz/template/cache/nosuch.tar[.gz|.bz2|.xz|.zst] not found
Creation of container private area failed" \
	vzctl create $ct --ostemplate nosuch
check "nothing is left of it" test ! -e $conf -a ! -e /vz/private/$ct
head -c 70000 "$(echo /vz/template/cache/busybox.tar*)" \
	>/vz/template/cache/cut.tar.gz
run_expect 48 "truncated template" vzctl create $ct --ostemplate cut
check "truncated template: the last line" \
	grep -qx 'Creation of container private area failed' <<<"$stderr"
check "nothing is left of it" test ! -e $conf -a ! -e /vz/private/$ct -a \
	! -e /vz/private/$ct.tmp -a ! -e /vz/lock/$ct.lck
rm /vz/template/cache/cut.tar.gz
expect 82 "" "Sample config /etc/vz/conf/ve-nosuch.conf-sample not found
Creation of container private area failed" \
	vzctl create $ct --ostemplate busybox --config nosuch
expect 21 "" "Bad parameter for --hostname: a b" \
	vzctl create $ct --ostemplate busybox --hostname 'a b'
run_expect 21 "create: unknown option" vzctl create $ct --nosuch
expect 0 "$(lines 'Creating container private area (busybox)' \
	'Performing postcreate actions' \
	"CT configuration saved to $conf" \
	'Container private area was created' 'Name web assigned')" "" \
	vzctl create $ct --ostemplate busybox --name web --hostname web.example.com
same "conf: HOSTNAME" "$(grep ^HOSTNAME $conf)" 'HOSTNAME="web.example.com"'
same "conf: OSTEMPLATE" "$(grep ^OSTEMPLATE $conf)" 'OSTEMPLATE="busybox"'
check "conf: ONBOOT is there" grep -q '^ONBOOT="no"$' $conf
refused "conf: only NAME=\"value\" lines" \
	grep -qvE '^(#.*|[A-Z][A-Z0-9_]*="[^"]*"|)$' $conf
same "conf: one line a variable" "$(grep -o '^[A-Z_0-9]*=' $conf | sort | uniq -d)" ""
expect 44 "" "Private area already exists in /vz/private/$ct
Creation of container private area failed" \
	vzctl create $ct --ostemplate busybox
check "create --quiet" vzctl --quiet create $other --ostemplate busybox
expect 0 "CTID $ct exist unmounted down" "" vzctl status $ct

run_expect 0 "create on a terminal" script -qec \
	"vzctl create 303 --ostemplate busybox" /dev/null
check "a progress bar" grep -q '\[##*\] 100%' <<<"$stdout"
check "the lines are whole" grep -q '^Performing postcreate actions' <<<"$stdout"
run_expect 0 "destroy" vzctl destroy 303

# ---------------------------------------------------------------- names --

expect 0 "CTID $ct exist unmounted down" "" vzctl status web
expect 131 "" "Conflict: name web already used by container $ct" \
	vzctl set $other --name web --save
expect 131 "" "Conflict: name web already used by container $ct" \
	vzctl create 303 --ostemplate busybox --name web
check "nothing is left of it" test ! -e /etc/vz/conf/303.conf
expect 131 "" "--name works together with --save only" vzctl set $ct --name x
expect 0 "$(lines 'Name big one assigned' "CT configuration saved to $conf")" "" \
	vzctl set $ct --name 'big one' --save
expect 0 "CTID $ct exist unmounted down" "" vzctl status 'big one'
expect 21 "" "Unable to find container by name web" vzctl status web
run_expect 131 "a slash in a name" vzctl set $ct --name a/b --save
run_expect 0 "take the name away" vzctl set $ct --name '' --save
check "no name is left" test -z "$(ls /etc/vz/names)"
run_expect 0 "give it again" vzctl set $ct --name web --save

# ------------------------------------------------------------ mount, umount --

expect 40 "" "CT is not mounted" vzctl umount $ct
expect 0 "Container is mounted" "" vzctl mount $ct
expect 0 "" "Container is already mounted" vzctl mount $ct
expect 0 "CTID $ct exist mounted down" "" vzctl status $ct
expect 41 "" "Container is currently mounted (umount first)" vzctl destroy $ct
expect 0 "Container is unmounted" "" vzctl umount $ct
expect 20 "" "Invalid options: now" vzctl mount $ct now

# ----------------------------------------------------------- start, stop --

expect 20 "" "Option --fast is not applicable to start command" \
	vzctl start $ct --fast
expect 20 "" "Option --wait is not applicable to stop command" \
	vzctl stop $ct --wait
expect 20 "" "Invalid extra arguments: at once" vzctl start $ct at once
run_expect 20 "start: unknown option" vzctl start $ct --nosuch
run_expect 20 "stop: unknown option" vzctl stop $ct --nosuch
expect 0 "" "Unable to stop: container is not running" vzctl stop $ct
expect 0 "$(lines 'Starting container...' 'Container is mounted' \
	'Container start in progress...')" "" vzctl start $ct
expect 0 "CTID $ct exist mounted running" "" vzctl status web
expect 32 "" "Container is already running" vzctl start $ct
expect 32 "" "Container is running -- stop it first" vzctl umount $ct
expect 32 "" "Container is currently running. Stop it first." vzctl destroy $ct
expect 0 "$(lines 'Restarting container' 'Stopping container ...' \
	'Killing container ...' 'Container was stopped' \
	'Container is unmounted' 'Starting container...' \
	'Container is mounted' 'Container start in progress...')" "" \
	vzctl restart $ct --fast
expect 0 "" "" vzctl --quiet restart $ct --fast
expect 0 "$(lines 'Stopping container ...' 'Killing container ...' \
	'Container was stopped' 'Container is unmounted')" "" \
	vzctl stop $ct --fast
expect 0 "$(lines 'Restarting container' 'Starting container...' \
	'Container is mounted' 'Container start in progress, waiting ...' \
	'Container started successfully')" "" vzctl restart $ct --wait
wait_for 30 vzctl exec $ct 'grep -q SigCgt /proc/1/status'
expect 0 "$(lines 'Stopping container ...' 'Container was stopped' \
	'Container is unmounted')" "" vzctl stop $ct
expect 0 "" "" vzctl --quiet start $ct --skip-fsck --skip_ve
expect 0 "" "" vzctl --quiet stop $ct --fa --skip-u
expect 0 "CTID $ct exist mounted down" "" vzctl status $ct
expect 0 "" "" vzctl --quiet umount $ct
run_expect 0 "disable" vzctl set $ct --disabled yes --save
expect 105 "" "Container start disabled" vzctl start $ct
expect 0 "" "" vzctl --quiet start $ct --force
run_expect 0 "enable" vzctl set $ct --disabled no --save

# ----------------------------------------------------------------- exec --

expect 0 "one two" "" vzctl exec $ct 'echo one' two
expect 7 "" "" vzctl exec2 $ct exit 7
expect 8 "" "" vzctl exec $ct exit 7
expect 20 "" "" vzctl exec2 $ct exit 20
expect 3 "" "Got signal 9" vzctl exec2 $ct 'kill -9 $$'
expect 0 'a $HOME' "" vzctl exec3 $ct /bin/echo a '$HOME'
expect 20 "" "No command line given for exec2" vzctl exec2 $ct
expect 0 "out" "err" vzctl exec2 $ct 'echo out; echo err >&2'
expect 0 "out" "" vzctl --quiet exec2 $ct echo out
same "exec passes standard input" \
	"$(printf 'some\nlines' | vzctl exec2 $ct cat)" "$(printf 'some\nlines')"
printf 'echo read; exit 5' | vzctl exec2 $ct - >/tmp/out
same "exec reads a script from standard input" "$? $(cat /tmp/out)" "5 read"
same "exec: a clean environment" \
	"$(SECRET=1 vzctl exec2 $ct 'env' | cut -d= -f1 | grep -c SECRET)" 0
same "exec passes what is not text" \
	"$(head -c 200000 /dev/urandom | tee /tmp/random | vzctl exec2 $ct cat | sha1sum)" \
	"$(sha1sum </tmp/random)"
timeout -s INT 2 vzctl exec2 $ct 'trap "exit 6" INT; sleep 77 & wait'
same "exec: an interrupt reaches the command" "$?" 124
refused "exec: nothing of it is left" vzctl exec2 $ct 'pgrep sleep'
run_expect 0 "exec: a long command" vzctl exec2 $ct "$(printf 'true %s' "$(seq -s ' ' 5000)")"

# -------------------------------------------------------- enter, console --

expect 20 "" "Invalid option 'now'" vzctl enter $ct now
run_expect 4 "enter: the shell's status" vzctl enter $ct --exec 'exit 4'
same "enter: first line" "$(head -n1 <<<"$stdout")" "entered into CT $ct"
same "enter: last line" "$(tail -n1 <<<"$stdout")" "exited from CT $ct"
check "enter: it is a terminal" sh -c \
	"(sleep 1; echo tty; sleep 1; echo exit) | vzctl enter $ct | grep -q /dev/pts/"
expect 21 "" "Bad tty number x" vzctl console $ct x
vzctl exec $ct 'echo said to the console >/dev/console'
(sleep 1; printf '\033.') | timeout 20 vzctl console $ct >/tmp/out 2>/tmp/err
same "console: detached by ESC ." "$?" 0
same "console: stderr" "$(cat /tmp/err)" "$(printf 'Attached to CT %d (ESC . to detach)\n\nDetached from CT %d' $ct $ct)"
check "console: what was written before" grep -q 'said to the console' /tmp/out
vzctl exec $ct '(read line </dev/tty2; echo "read: $line" >/tmp/line) >/dev/null 2>&1 &'
(sleep 1; printf 'hello\r'; sleep 2; printf 'x\033.y\r\033.') |
	timeout 20 vzctl console $ct 2 >/dev/null 2>&1
same "console: ESC . only after Enter" "$?" 0
same "console: the keyboard" "$(vzctl exec $ct cat /tmp/line)" "read: hello"

# ------------------------------------------------------------------ set --

expect 21 "" "Bad parameter for --onboot: perhaps" vzctl set $ct --onboot perhaps
run_expect 21 "set: unknown option" vzctl set $ct --noatime yes --save
run_expect 21 "set: unknown --setmode" vzctl set $ct --setmode nosuch --save
expect 20 "" "Invalid extra arguments: word" vzctl set $ct --onboot yes word
expect 0 "No changes in CT configuration, not saving" "" vzctl set $ct --save
echo '#UUID: 1234-5678' >>$conf
echo 'FOREIGN="kept"' >>$conf
expect 0 "$(lines "Set hostname: db.example.com" "CT configuration saved to $conf")" "" \
	vzctl set $ct --hostname db.example.com --onboot=yes --desc \
	'{"a": "b \ c"}' --save
same "set: the host name is in force" "$(vzctl exec $ct hostname)" db.example.com
same "set: ONBOOT" "$(grep ^ONBOOT $conf)" 'ONBOOT="yes"'
same "set: quotes come back" "$(vzlist -H -o description $ct)" '{"a": "b \ c"}'
check "set: comments are kept" grep -qx '#UUID: 1234-5678' $conf
check "set: foreign variables are kept" grep -qx 'FOREIGN="kept"' $conf
expect 0 "$(lines "Set hostname: tmp.example.com" \
	"WARNING: Settings were not saved to config and will be lost after CT restart (use --save flag)")" "" \
	vzctl set $ct --hostname tmp.example.com
same "set without --save: not in the file" "$(grep ^HOSTNAME $conf)" \
	'HOSTNAME="db.example.com"'
expect 0 "$(lines "UB limits were set successfully" "CT configuration saved to $conf")" "" \
	vzctl set $ct --numproc 77 --save
same "set: the kernel's limit" "$(cat /sys/fs/cgroup/vz/$ct/pids.max)" 77
expect 0 "CT configuration saved to $conf" \
	"$(lines "Unable to set capability on a running container" \
	"WARNING: Some of the parameters could not be applied to a running container." \
	"	Please consider using --setmode option")" \
	vzctl set $ct --capability net_admin:off --save
expect 0 "CT configuration saved to $conf" "" \
	vzctl set $ct --capability sys_time:off --setmode ignore --save
same "set: capabilities add up" "$(grep ^CAPABILITY $conf)" \
	'CAPABILITY="NET_ADMIN:off SYS_TIME:off"'
expect 21 "" "--setmode restart works together with --save only" \
	vzctl set $ct --capability kill:off --setmode restart
run_expect 0 "set --setmode restart" \
	vzctl set $ct --capability kill:off --setmode restart --save
check "set --setmode restart: it was restarted" \
	grep -qx 'Restarting container' <<<"$stdout"
expect 32 "" "$(lines 'Unable to change root or private of a running container' \
	'Error: failed to apply some parameters, not saving configuration file!')" \
	vzctl set $ct --root /vz/root/x --save
run_expect 74 "a password without a program for it" \
	vzctl set $ct --userpasswd root:secret
refused "the password is in no log" grep -q secret $log
expect 21 "" "Bad parameter for --userpasswd: it has to be USER:PASSWORD" \
	vzctl set $ct --userpasswd root
expect 14 "" "Container config file does not exist" vzctl set $none --onboot no
run_expect 0 "set --save without a config file" vzctl set $none --onboot no --save
check "it is made" grep -qx 'ONBOOT="no"' /etc/vz/conf/$none.conf
rm /etc/vz/conf/$none.conf
expect 21 "" "HOSTNAME cannot be set for CT 0, the host" \
	vzctl set 0 --hostname x --save
expect 0 "" "" vzctl --quiet set $ct --onboot no --save

# ---------------------------------------------------------------- locks --

sleep 1000 &
holder=$!
printf '%d\nholding\n' $holder >/vz/lock/$ct.lck
for words in "stop $ct" "start $ct" "restart $ct" "mount $ct" "umount $ct" \
	"destroy $ct" "set $ct --onboot yes --save"; do
	# shellcheck disable=SC2086
	run_expect 9 "locked: $words" vzctl $words
	same "locked: $words: stderr" "$stderr" \
		"Locked by: pid $holder, cmdline sleep 1000
Container already locked"
done
expect 0 "CTID $ct exist mounted running" "" vzctl status $ct
expect 0 "yes" "" vzctl exec $ct echo yes
expect 0 "" "" vzctl --quiet --skiplock set $ct --onboot yes --save
check "a lock that was skipped is left alone" grep -q $holder /vz/lock/$ct.lck
kill $holder
wait $holder 2>/dev/null
run_expect 0 "a lock whose holder is gone" vzctl set $ct --onboot no --save
check "the lock is gone" test ! -e /vz/lock/$ct.lck
(vzctl --quiet restart $ct --fast & vzctl --quiet restart $ct --fast; a=$?
	wait $!; echo "$a $?" >/tmp/out) 2>/dev/null
case $(cat /tmp/out) in
'0 9' | '9 0') ok "of two at once one wins" ;;
*) not_ok "of two at once one wins: $(cat /tmp/out)" ;;
esac

# ------------------------------------------------------------ interrupts --

init=$(head -n1 /sys/fs/cgroup/vz/$ct/ct/cgroup.procs)
settled() { vzctl exec $ct 'grep -q "^SigCgt:.*[1-9a-f]" /proc/1/status'; }
wait_for 30 settled
kill -STOP "$init"
# one signal: timeout(1) sends two, to the process and to its group
vzctl stop $ct >/tmp/out 2>/tmp/err &
stopping=$!
check "interrupted stop: it begins" wait_for 60 grep -q Stopping /tmp/out
kill -INT $stopping
wait $stopping
same "interrupted stop: status" "$?" 3
same "interrupted stop: stdout" "$(cat /tmp/out)" \
	"$(lines 'Stopping container ...' '' 'Cancelling...')"
same "interrupted stop: stderr" "$(cat /tmp/err)" "Cancelled"
expect 0 "CTID $ct exist mounted running" "" vzctl status $ct
check "interrupted stop: the lock is gone" test ! -e /vz/lock/$ct.lck
kill -CONT "$init"
run_expect 0 "stop it after all" vzctl stop $ct

(sleep 8; printf '\033.') | timeout 30 vzctl console $ct >/tmp/out 2>/tmp/err &
console=$!
sleep 1
expect 0 "" "" vzctl --quiet start $ct
vzctl exec $ct 'echo waited for >/dev/console'
wait $console
same "console of a stopped container: status" "$?" 0
check "console of a stopped container: it waits" grep -q 'waited for' /tmp/out
check "console of a stopped container: it says so" \
	grep -qx 'The container is down; waiting for its start' /tmp/err

# ------------------------------------------------------------------ log --

check "the log has its form" grep -qE \
	"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9]{4} vzctl : CT $ct : Starting container\.\.\.\$" $log
refused "every line of it has" grep -qvE \
	'^[0-9-]{10}T[0-9:]{8}[+-][0-9]{4} vz[a-z]+ : ' $log

# ------------------------------------------------------------ bad input --

cp $conf /tmp/conf
echo 'this is no assignment' >>$conf
cp $conf /tmp/bad
bad="$conf, line $(wc -l <$conf) is not of the form NAME=\"value\": this is no assignment"
for words in "start $ct" "restart $ct" "mount $ct" "set $ct --onboot yes --save" \
	"exec $ct true" "enter $ct" "destroy $ct" "create $ct --ostemplate busybox"; do
	# shellcheck disable=SC2086
	expect 85 "" "$bad" vzctl $words
done
expect 0 "CTID $ct exist mounted running" "Warning: $bad" vzctl status $ct
expect 0 "$(lines 'Stopping container ...' 'Killing container ...' \
	'Container was stopped' 'Container is unmounted')" "Warning: $bad" \
	vzctl stop $ct --fast
expect 0 "CTID $ct exist unmounted down" "Warning: $bad" vzctl status $ct
expect 40 "" "$(lines "Warning: $bad" 'CT is not mounted')" vzctl umount $ct
check "a bad line: nothing changed" cmp $conf /tmp/bad
cp /tmp/conf $conf
check "start without the bad line" vzctl start $ct
run_expect 5 "not root" setpriv --reuid 65534 --regid 65534 --clear-groups \
	vzctl stop $ct
same "not root: one sentence" "$(wc -l <<<"$stderr")" 1
run_expect 1 "vzlist: not root" setpriv --reuid 65534 --regid 65534 \
	--clear-groups vzlist
same "vzlist: not root" "$stderr" "This program can only be run under root."
mv /etc/vz/vz.conf /tmp/vz.conf
run_expect 10 "no vz.conf" vzctl start $ct
run_expect 10 "vzeventd: no vz.conf" vzeventd
mv /tmp/vz.conf /etc/vz/vz.conf
check "stop" vzctl stop $ct --fast

# what a command could have changed
traces() {
	cat /etc/vz/conf/*.conf /proc/self/mounts
	ls -A /vz/private /vz/lock /etc/vz/conf /etc/vz/names /sys/fs/cgroup/vz
}
one_sentence() { # PATTERN TEXT
	[ "$(wc -l <<<"$2")" = 1 ] && grep -qxE "$1" <<<"$2"
}
# a kernel or a host that is too old for any of the commands that need it
too_old() { # TEXT PATTERN COMMAND...
	local text=$1 pattern=$2 before words
	shift 2
	before=$(traces)
	for words in "start $ct" "restart $ct" "mount $ct" "exec $ct true" \
		"enter $ct" "set $ct --onboot yes --save" \
		"create 303 --ostemplate busybox"; do
		# shellcheck disable=SC2086
		run_expect 5 "$text: $words" "$@" vzctl $words
		same "$text: $words: nothing on stdout" "$stdout" ""
		check "$text: $words: one sentence, and clear" \
			one_sentence "$pattern" "$stderr"
	done
	same "$text: nothing changed" "$(traces)" "$before"
	expect 0 "CTID $ct exist unmounted down" "" "$@" vzctl status $ct
}
too_old "old kernel" 'Kernel 2\.6\.[^ ]* is too old: boot Linux 6\.1 or later' \
	setarch --uname-2.6
run_expect 5 "old kernel: check" setarch --uname-2.6 vzctl check
check "old kernel: check says so" \
	grep -q '^FAIL  kernel: Linux 2\.6\..*; boot one' <<<"$stdout"
no_cgroup='cgroup v2 is not mounted at /sys/fs/cgroup: boot with .*'
too_old "another file system for cgroup v2" "$no_cgroup" unshare -m sh -c \
	'mount -t tmpfs none /sys/fs/cgroup && exec "$@"' sh
too_old "no cgroup v2" "$no_cgroup" unshare -m sh -c \
	'umount -l /sys/fs/cgroup && exec "$@"' sh
run_expect 46 "no space" unshare -m sh -c \
	"mount -t tmpfs -o size=100k,mode=700 none /vz/private && vzctl create 303 --ostemplate busybox; rc=\$?; ls -A /vz/private; exit \$rc"
same "no space: nothing is left" "$(grep -v '^Creating' <<<"$stdout")" ""
check "no space: nothing is left" test ! -e /etc/vz/conf/303.conf
expect 0 "$(lines "Destroying container private area: /vz/private/$other" \
	'Container private area was destroyed')" "" vzctl destroy $other
expect 0 "CTID $other deleted unmounted down" "" vzctl status $other
check "the config file is kept aside" test -e /etc/vz/conf/$other.conf.destroyed
check "the modules unload" unload_vz
run_expect 5 "no module" vzctl start web
check "no module: said so" grep -q vzcore <<<"$stderr"
same "no module: one sentence" "$(wc -l <<<"$stderr")" 1
expect 0 "CTID $ct exist unmounted down" "" vzctl status $ct
run_expect 5 "no module: set --save" vzctl set $ct --onboot no --save
run_expect 0 "no module: set --save --force" \
	vzctl set $ct --bootorder 3 --save --force
run_expect 5 "no module: check" vzctl check
check "no module: check says what to do" \
	grep -q '^FAIL  vzcore: .*modprobe vzcore' <<<"$stdout"
run_expect 0 "no module: vzlist" vzlist -a
check "and load again" load_vz
check "check: the module and its version" sh -c \
	'vzctl check | grep -q "^ok    vzcore: loaded, [0-9]"'
expect 0 "$(lines "Destroying container private area: /vz/private/$ct" \
	'Container private area was destroyed')" "" vzctl delete web
check "its name is gone" test ! -e /etc/vz/names/web
finish
