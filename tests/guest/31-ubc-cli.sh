#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# check: 6.12
# Beancounters by command: vzctl set and why, vzlist, samples, vzubc,
# vzcfgvalidate, and what programs of others read.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2016,SC2154 # for shells inside; set by run_expect
. ./lib.sh

ct=311 other=312
conf=/etc/vz/conf/$ct.conf
unlimited=9223372036854775807

# bounds RESOURCE [CT] - barrier and limit, as /proc/bc has them
bounds() {
	cat "/proc/bc/${2:-$ct}/resources" "/proc/bc/${2:-$ct}/resources.ext" |
		awk -v name="$1" '$1 == name {print $4, $5}'
}
# listed RESOURCE - the same by vzlist
listed() { vzlist -Ho "$1.b,$1.l" $ct | xargs; }
config() { sed -n "s/^$1=\"\(.*\)\"$/\1/p" $conf; }
quiet() { run_expect 0 "$*" vzctl --quiet "$@"; }
lines() { printf '%s\n' "$@"; }

require "vzubc is loaded" test -e /proc/bc/resources
quiet create $ct --ostemplate busybox
cp /vz-test/ub-use /vz/private/$ct/ub-use
quiet start $ct

# ------------------------------------------------------- what is implied --

ram=65536 swap=131072
same "vswap: RAM" "$(bounds physpages)" "0 $ram"
same "vswap: swap space" "$(bounds swappages)" "0 $swap"
same "vswap: what can be locked" "$(bounds lockedpages)" "$ram $ram"
same "vswap: what is safe from the OOM killer" "$(bounds oomguarpages)" \
	"$ram $unlimited"
same "vswap: what is guaranteed" "$(bounds vmguarpages)" \
	"$((ram + swap)) $unlimited"
same "vswap: private memory" "$(bounds privvmpages)" "$unlimited $unlimited"
same "vswap: all else" "$(bounds numfile)" "$unlimited $unlimited"
same "a default for tasks" "$(bounds numproc)" "8192 8192"
quiet set $ct --vm_overcommit 1.5
same "overcommit" "$(bounds privvmpages)" "$(((ram + swap) * 3 / 2)) $(((ram + swap) * 3 / 2))"
quiet set $ct --ram 512M --swap 256M --vm_overcommit 2
same "RAM and what follows from it" "$(bounds physpages) $(bounds lockedpages) $(bounds privvmpages)" \
	"0 131072 131072 131072 393216 393216"
quiet set $ct --reset_ub
same "reset" "$(bounds physpages) $(bounds lockedpages) $(bounds privvmpages)" \
	"0 $ram $ram $ram $unlimited $unlimited"

# -------------------------------------------------------- each parameter --

# set_one OPTION VARIABLE RESOURCE VALUE BARRIER LIMIT - live, then saved
set_one() {
	run_expect 0 "set $1 $4" vzctl set $ct "$1" "$4"
	same "$3: said" "$stdout" "$(lines "UB limits were set successfully" \
		"WARNING: Settings were not saved to config and will be lost after CT restart (use --save flag)")"
	same "$3: /proc/bc" "$(bounds "$3")" "$5 $6"
	same "$3: vzlist" "$(listed "$3")" "$5 $6"
	same "$3: not in the config" "$(config "$2")" "$7"
	run_expect 0 "set $1 $4 --save" vzctl set $ct "$1" "$4" --save
	same "$3: said" "$stdout" "$(lines "UB limits were set successfully" \
		"CT configuration saved to $conf")"
	same "$3: in the config" "$(config "$2")" "$5:$6"
}
while read -r option resource value barrier limit; do
	set_one "$option" "${resource^^}" "$resource" "$value" "$barrier" \
		"$limit" "$(config "${resource^^}")"
done <<-'E'
	--kmemsize kmemsize 100M:101M 104857600 105906176
	-k kmemsize 110M:111M 115343360 116391936
	--lockedpages lockedpages 4M:8M 1024 2048
	-l lockedpages 1000:2000 1000 2000
	--privvmpages privvmpages 300000:400000 300000 400000
	--shmpages shmpages 30000:40000 30000 40000
	--vmguarpages vmguarpages 1000:2001 1000 2001
	--oomguarpages oomguarpages 1000:2002 1000 2002
	--physpages physpages 10:70000 10 70000
	--swappages swappages 20:80000 20 80000
	--numproc numproc 500:600 500 600
	-p numproc 501:601 501 601
	--numtcpsock numtcpsock 200:201 200 201
	--numothersock numothersock 202:203 202 203
	--numfile numfile 2000:2001 2000 2001
	-n numfile 2002:2003 2002 2003
	--numflock numflock 200:220 200 220
	-f numflock 201:221 201 221
	--numpty numpty 40:41 40 41
	-t numpty 42:43 42 43
	--numsiginfo numsiginfo 300:301 300 301
	-i numsiginfo 302:303 302 303
	--numiptent numiptent 100:101 100 101
	-e numiptent 102:103 102 103
	--tcpsndbuf tcpsndbuf 2M:3M 2097152 3145728
	--tcprcvbuf tcprcvbuf 2M:4M 2097152 4194304
	-b tcprcvbuf 3M:4M 3145728 4194304
	--othersockbuf othersockbuf 2M:5M 2097152 5242880
	--dgramrcvbuf dgramrcvbuf 2M:6M 2097152 6291456
	--dcachesize dcachesize 30M:31M 31457280 32505856
	-x dcachesize 32M:33M 33554432 34603008
	--numinotify numinotify 500:501 500 501
	--numkeys numkeys 502:503 502 503
	--nummounts nummounts 504:505 504 505
	--numns numns 506:507 506 507
	--numcgroup numcgroup 508:509 508 509
	--numneigh numneigh 510:511 510 511
E
# without swap space on the host that of the container is memory above its ram
same "the memory limit is in force" \
	"$(cat /sys/fs/cgroup/vz/$ct/memory.high /sys/fs/cgroup/vz/$ct/memory.max)" \
	"$(printf '%s\n' $((70000 * 4096)) $((150000 * 4096)))"
same "and that of tasks" "$(cat /sys/fs/cgroup/vz/$ct/pids.max)" 501
run_expect 0 "set -a" vzctl set $ct -a 100:101 --save
same "avnumproc is not the kernel's" "$stdout" "CT configuration saved to $conf"
same "avnumproc: in the config" "$(config AVNUMPROC)" 100:101
quiet set $ct --numfile 3000:unlimited --kmemsize unlimited
same "unlimited" "$(bounds numfile) $(bounds kmemsize)" \
	"3000 $unlimited $unlimited $unlimited"
quiet set $ct --numfile 4000
same "one value for both" "$(bounds numfile)" "4000 4000"
quiet set $ct --numiptent 3
same "numiptent is at least 16" "$(bounds numiptent)" "16 16"
run_expect 21 "a wrong value" vzctl set $ct --numfile 1K
same "a wrong value: said" "$stderr" "Bad parameter for --numfile: 1K"
same "and nothing changed" "$(bounds numfile)" "4000 4000"
run_expect 0 "reset" vzctl set $ct --reset_ub
same "reset: said" "$stdout" "UB limits were set successfully"
same "reset: in force" "$(bounds numfile) $(bounds kmemsize) $(bounds numiptent)" \
	"2002 2003 115343360 116391936 102 103"
run_expect 20 "reset, and something else" vzctl set $ct --reset_ub --numfile 9
same "reset, and something else: nothing happened" "$(bounds numfile)" "2002 2003"
same "JSON" "$(vzlist -jo numflock,numkeys $ct | python3 -c '
import json, sys
ct = json.load(sys.stdin)[0]
print([ct[n][k] for n in ("numflock", "numkeys") for k in ("barrier", "limit")],
      sorted(ct["numflock"]))')" \
	"[201, 221, 502, 503] ['barrier', 'failcnt', 'held', 'limit', 'maxheld']"

quiet restart $ct --fast
same "they are there after a restart" \
	"$(for r in kmemsize numfile numkeys physpages; do bounds $r; done | xargs)" \
	"115343360 116391936 2002 2003 502 503 10 70000"

# -------------------------------------------------------------- the host --

run_expect 1 "limits of the host" vzctl set 0 --numfile 100
same "limits of the host: said" "$stderr" \
	"Limits of CT 0, the host, are not put into effect: the host is never limited, --save only stores them"
run_expect 0 "they can be stored" vzctl set 0 --kmemsize 1M:2M --save
check "and are" grep -qx 'KMEMSIZE="1048576:2097152"' /etc/vz/conf/0.conf
run_expect 21 "but not reset" vzctl set 0 --reset_ub

# ------------------------------------------------------------------- why --

run_expect 0 "nothing was refused" vzctl why $ct
same "nothing was refused: said" "$stdout" "No refusals recorded"
same "nothing was refused: JSON" "$(vzctl why $ct -j)" "[]"
check "vzeventd" vzeventd
wait_for 20 grep -q 'Listening to container events' /var/log/vzctl.log
# open FILES - tries to inside, tells how many there are
open() { vzctl exec $ct "ub-use file $1 </dev/null" 2>&1 | head -n1; }
vzctl exec $ct 'test -x /ub-use && ln -s /ub-use /bin/ub-use'
held=$(vzlist -Ho numfile $ct | xargs)
check "open files are counted" test "$held" -gt 0
quiet set $ct --numfile $((held + 60))
got=$(open 100)
check "files are refused: $got" grep -q 'ENFILE\|ENOMEM\|EMFILE' <<<"$got"
check "failures are counted" test "$(vzlist -Ho numfile.f $ct | xargs)" -gt 0
check "and the most that was held" test \
	"$(vzlist -Ho numfile.m $ct | xargs)" -eq $((held + 60))
run_expect 0 "why" vzctl why $ct
check "why: a line of words" grep -qE \
	"^[0-9-]{10}T[0-9:]{8}[+-][0-9]{4} numfile: $((held + 60)) held, 1 more wanted, bound $((held + 60)); process [0-9]+ \\(ub-use\\)$" \
	<<<"$stdout"
check "why: JSON" python3 - <<P
import json, subprocess
out = subprocess.check_output(("vzctl", "why", "$ct", "--json"))
last = json.loads(out)[-1]
assert last["resource"] == "numfile" and last["unit"] == "items", last
assert last["held"] == last["bound"] == $((held + 60)), last
assert last["wanted"] == 1 and last["pid"] > 1, last
P
check "vzeventd logs it" wait_for 20 grep -qE \
	"vzeventd : CT $ct : Refused: numfile: $((held + 60)) held, 1 more wanted, bound $((held + 60)); process [0-9]+ \\(ub-use\\)$" \
	/var/log/vzctl.log
check "end vzeventd" kill "$(cat /run/vz/vzeventd.pid)"

# ---------------------------------------------------------------- vzubc --

run_expect 0 "vzubc" vzubc $ct
same "vzubc: title" "$(sed -n 2p <<<"$stdout")" \
	"CT $ct       | HELD Bar% Lim%| MAXH Bar% Lim%| BAR | LIM | FAIL"
same "vzubc: as many resources as the file has" \
	"$(($(wc -l <<<"$stdout") - 3))" "$(wc -l </proc/bc/$ct/resources)"
check "vzubc: failures" grep -qE '^ +numfile\|.*\| +[0-9]+ $' <<<"$stdout"
quiet set $ct --name counted --save
same "vzubc: by name" "$(vzubc counted | sed -n 2p)" "$(vzubc $ct | sed -n 2p)"
run_expect 0 "vzubc -q" vzubc -q $ct
check "vzubc -q: what failed" grep -q '^ *numfile|' <<<"$stdout"
refused "vzubc -q: not the rest" grep -q '^ *numneigh\|^ *swappages|' <<<"$stdout"
run_expect 0 "vzubc: all" vzubc
same "vzubc: all" "$(sed -n 's/^CT \([0-9]*\) .*/\1/p' <<<"$stdout" | xargs)" \
	"$ct 0"
fails() { vzubc -v "$@" $ct | awk -F'|' '$1 ~ /numfile/ {print $NF}' | xargs; }
total=$(fails)
same "vzubc -r: the first time all" "$(fails -r)" "$total"
same "vzubc -r: then what is new" "$(fails -r)" "-"
check "vzubc -rc" vzubc -rc
same "vzubc -r: after -rc all again" "$(fails -r)" "$total"
same "what it stores is root's alone" \
	"$(find /run/vz /run/vz/vzubc.failcnt -maxdepth 0 -user root ! -perm /022)" \
	"$(lines /run/vz /run/vz/vzubc.failcnt)"
mkdir -m 1777 /tmp/shared
echo "$ct numfile 0" >/tmp/plain
ln -s /tmp/plain /tmp/shared/vzubc.held
run_expect 1 "a link is not followed" vzubc -i -id /tmp/shared $ct
same "what it points to stays" "$(cat /tmp/plain)" "$ct numfile 0"
rm /tmp/shared/vzubc.held
run_expect 0 "vzubc -i" vzubc -i -id /tmp/shared $ct
check "vzubc -i: a column" grep -q 'CHNG' <<<"$stdout"
same "vzubc -f" "$(vzubc -f /proc/user_beancounters $ct | awk -F'|' '$1 ~ /numfile/ {print $6}')" \
	"$(vzubc -f - $ct </proc/bc/resources | awk -F'|' '$1 ~ /numfile/ {print $6}')"
run_expect 1 "vzubc: no such container" vzubc $other
run_expect 1 "vzubc: not such a file" vzubc -f /etc/passwd
run_expect 1 "vzubc: a wrong option" vzubc -z
run_expect 0 "vzubc -w" timeout 20 script -qec \
	"TERM=xterm timeout --foreground -s INT 4 vzubc -wn 1 $ct; true" /dev/null
check "vzubc -w: it runs again and again" grep -q numfile <<<"$stdout"

# ------------------------------------------------------------- of others --

vzlist -Ho numfile.f $ct >/dev/null
python3 ubcparsers.py $ct >/tmp/parsers
while read -r line; do
	case $line in
	ok*) ok "${line#ok - }" ;;
	*) not_ok "${line#not ok - }" ;;
	esac
done </tmp/parsers
same "all of them" "$(wc -l </tmp/parsers)" 6

run_expect 20 "why: a wrong option" vzctl why $ct -x
run_expect 31 "why: not running" vzctl why $other

# ------------------------------------------------- what has to be there --

quiet stop $ct --fast
run_expect 31 "reset of one that is down" vzctl set $ct --reset_ub
quiet create $other --ostemplate busybox --config basic
for name in KMEMSIZE NUMPROC PHYSPAGES NUMIPTENT; do
	cp /etc/vz/conf/$other.conf /tmp/basic
	sed -i "/^$name=/d" /etc/vz/conf/$other.conf
	run_expect 28 "without $name" vzctl start $other
	same "without $name: said" "$stderr" \
		"Error: required UB parameter ${name,,} not set"
	same "without $name: nothing on stdout" "$stdout" ""
	cp /tmp/basic /etc/vz/conf/$other.conf
done
same "a missing one leaves nothing behind" "$(vzctl status $other)" \
	"CTID $other exist unmounted down"
sed -i '/^AVNUMPROC=/d' /etc/vz/conf/$other.conf
quiet start $other
quiet stop $other --fast

# --------------------------------------------------------- vzcfgvalidate --

other_conf=/etc/vz/conf/$other.conf
run_expect 0 "vzcfgvalidate" vzcfgvalidate $other_conf
same "vzcfgvalidate: said" "$stdout" "Validation completed: success"
run_expect 0 "of what it was made of" vzcfgvalidate -v no $conf
sed -i '/^NUMPTY=/d; s/^KMEMSIZE=.*/KMEMSIZE="20000000:10000000"/' $other_conf
run_expect 2 "vzcfgvalidate: invalid" vzcfgvalidate $other_conf
same "vzcfgvalidate: what is wrong" "$stdout" "$(lines \
	"Error: barrier should be <= limit for kmemsize (currently, 20000000:10000000)" \
	"Error: required UB parameter numpty not set" \
	"Validation completed: failed")"
echo 'NUMPTY="16:16"' >>$other_conf
run_expect 0 "vzcfgvalidate -r" vzcfgvalidate -r $other_conf
check "vzcfgvalidate -r: repaired" grep -qx 'KMEMSIZE="20000000"' $other_conf
run_expect 0 "vzcfgvalidate: and valid" vzcfgvalidate $other_conf
sed 's/^NUMFLOCK=.*/NUMFLOCK="many"/' $conf >/tmp/wrong
echo 'NUMPTY="few"' >>/tmp/wrong
run_expect 2 "vzcfgvalidate: a value that is none" vzcfgvalidate /tmp/wrong
run_expect 1 "vzcfgvalidate: no such file" vzcfgvalidate /nosuch
run_expect 1 "vzcfgvalidate: no file" vzcfgvalidate
quiet destroy $other

# a config that no sample was for still starts
sed -i 's/^CONFIGFILE=.*/CONFIGFILE=""/' /etc/vz/vz.conf
quiet create $other --ostemplate busybox
quiet start $other
same "memory is limited without a sample" "$(bounds physpages $other | cut -d' ' -f2)" \
	"$(sed -n 's/^PHYSPAGES="0:\(.*\)"$/\1/p' $other_conf)"
quiet stop $other --fast
quiet destroy $other
sed -i 's/^CONFIGFILE=.*/CONFIGFILE="vswap-256m"/' /etc/vz/vz.conf

# ----------------------------------------------------- without the module --

rmmod vzubc && mv "$(modinfo -n vzubc)" /tmp/vzubc.ko.away
depmod
quiet create $other --ostemplate busybox
quiet start $other
same "memory and tasks are limited" "$(cat /sys/fs/cgroup/vz/$other/memory.max \
	/sys/fs/cgroup/vz/$other/memory.swap.max /sys/fs/cgroup/vz/$other/pids.max | xargs)" \
	"268435456 536870912 8192"
quiet set $other --numproc 300 --ram 128M
same "and can be changed" "$(cat /sys/fs/cgroup/vz/$other/memory.max \
	/sys/fs/cgroup/vz/$other/pids.max | xargs)" "134217728 300"
run_expect 5 "others cannot" vzctl set $other --numfile 100
same "others cannot: said" "$stderr" \
	"NUMFILE cannot be put into effect: the kernel module vzubc is not loaded, run \"modprobe vzubc\""
run_expect 5 "why" vzctl why $other
same "vzlist: what is known" "$(vzlist -Ho numfile,numfile.b,physpages.l $other | xargs)" \
	"- - 65536"
run_expect 1 "vzubc" vzubc
quiet stop $other --fast
quiet destroy $other
mv /tmp/vzubc.ko.away "$(dirname "$(modinfo -n vzcore)")/vzubc.ko"
depmod
check "the module is back" modprobe vzubc

# --------------------------------------------------------------- samples --

# in_config FILE - "resource barrier limit" of each variable, as numbers
in_config() {
	python3 - "$1" <<'P'
import re, sys
sizes = dict(K=1 << 10, M=1 << 20, G=1 << 30)
def number(text, pages):
    if text == "unlimited":
        return (1 << 63) - 1
    if text[-1] in sizes:
        return int(text[:-1]) * sizes[text[-1]] // (4096 if pages else 1)
    return int(text)
for line in open(sys.argv[1]):
    m = re.match(r'([A-Z]+)="(.*)"$', line)
    if not m or m[1].startswith("DISK") or not re.match(
            "(NUM|KMEM|.*PAGES|.*BUF|DCACHE)", m[1]):
        continue
    b, _, l = m[2].partition(":")
    pages = m[1].endswith("PAGES")
    print(m[1].lower(), number(b, pages), number(l or b, pages))
P
}
for sample in /etc/vz/conf/ve-*.conf-sample; do
	name=${sample#*/ve-} name=${name%.conf-sample}
	quiet create $other --ostemplate busybox --config "$name"
	quiet start $other
	wrong=
	while read -r resource barrier limit; do
		# memory is never unlimited: that of basic and light is bounded
		# by their private memory
		[ "$resource/$limit" != physpages/$unlimited ] ||
			limit=$(in_config "$sample" | awk '/^privvmpages/ {print $3}')
		[ "$(bounds "$resource" $other)" = "$barrier $limit" ] ||
			wrong+=" $resource"
	done < <(in_config "$sample")
	same "$name: all values are in force" "$wrong" ""
	check "$name: it works" vzctl exec2 $other 'cat /proc/1/comm'
	quiet stop $other --fast
	quiet destroy $other
done
quiet destroy $ct
finish
