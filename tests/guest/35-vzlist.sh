#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: 6.1 6.12
# check: 6.1
# vzlist: what programs parse, on containers that run, are mounted and stopped.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2016,SC2154 # for a shell inside; stdout and stderr are set by run_expect
. ./lib.sh

first=351 second=352 third=353 none=399

vzlist_is() { # TEXT STDOUT ARGUMENT...
	local text=$1 want=$2
	shift 2
	run_expect 0 "$text" vzlist "$@"
	same "$text: stdout" "$stdout" "$want"
	same "$text: stderr" "$stderr" ""
}

lines() { printf '%s\n' "$@"; }

run_expect 0 "nothing to list" vzlist
same "nothing to list: stdout" "$stdout" ""
same "nothing to list: stderr" "$stderr" "Container(s) not found"
run_expect 0 "nothing to list: JSON" vzlist -j
same "nothing to list: JSON" "$stdout$stderr" "[]"
run_expect 1 "no such container" vzlist $none
same "no such container" "$stdout$stderr" "Container(s) not found"

for ct in $first $second $third; do
	check "create $ct" vzctl create $ct --ostemplate busybox
done
check "set" vzctl set $first --hostname web.example.com --name web \
	--description 'a "quoted" \ {"json": 1}' --onboot yes --bootorder 2 --save
check "set" vzctl set $second --onboot no --bootorder 10 --save
echo 'IP_ADDRESS="10.0.0.1 2001:db8::1"' >>/etc/vz/conf/$first.conf
echo 'PRIVVMPAGES="65536:69632"' >>/etc/vz/conf/$first.conf
check "start" vzctl start $first
check "mount" vzctl mount $second

header='      CTID      NPROC STATUS    IP_ADDR         HOSTNAME'
wait_for 30 vzctl exec $first 'test "$(ps | grep -c /bin/sh)" -gt 1'
sleep 1
threads=$(printf '%10d' "$(cat /sys/fs/cgroup/vz/$first/pids.current)")
row="       $first $threads running   10.0.0.1        web.example.com"
vzlist_is "those that run" "$(lines "$header" "$row")"
vzlist_is "all" "$(lines "$header" "$row" \
	"       $second          - mounted   -               -" \
	"       $third          - stopped   -               -")" -a
vzlist_is "those that do not run" "$(lines "       $second" "       $third")" \
	-S1
vzlist_is "names" "$(lines "       web" "       $second" "       $third")" \
	-aHo smart_name
vzlist_is "-n" "$(lines "${header/      CTID/ SMARTNAME}" \
	"       web $threads running   10.0.0.1        web.example.com")" -n
vzlist_is "named ones in any state" "       $third stopped" \
	-H $third -octid,status
vzlist_is "by name" "running" web -H -ostatus
vzlist_is "options in one word" "       $first" -1H
vzlist_is "libvirt: all" "$(lines "       $first running" \
	"       $second mounted" "       $third stopped")" -a -ovpsid,status -H
vzlist_is "libvirt: memory" "     65536      69632" \
	--no-header -oprivvmpages.b,privvmpages.l $first
vzlist_is "the last field is whole" "10.0.0.1 2001:db8::1" -Ho ip web
vzlist_is "no-trim" "10.0.0.1 2001:db8::1        $first" -Hto ip,ctid web
vzlist_is "sort" "$(lines "$second" "$first" "$third" |
	sed 's/^/       /')" -a1 -s -bootorder
vzlist_is "sort forwards" "$(lines "$third" "$first" "$second" |
	sed 's/^/       /')" -a1 -s bootorder
vzlist_is "-h" "       $first" -aHo ctid -h 'web.*'
vzlist_is "-N" "       $first" -a1 -N 'w?b'
vzlist_is "-d" "       $first" -a1 -d '*json*'
vzlist_is "a filter that nothing passes" "$header" -a -h 'nosuch'
run_expect 1 "unknown field" vzlist -o nosuch
same "unknown field" "$stdout$stderr" "Unknown field: nosuch"
run_expect 1 "unknown sort field" vzlist -s nosuch
same "unknown sort field" "$stdout$stderr" "Invalid sort field name: nosuch"
run_expect 1 "bad id" vzlist 1x
same "bad id" "$stdout$stderr" "CT ID 1x is invalid."
run_expect 1 "a suffix in JSON" vzlist -jo numproc.l
same "a suffix in JSON" "$stdout$stderr" \
	"Field \`numproc.l' is not available in JSON output"
run_expect 1 "--help" vzlist --help
check "--help is on stdout" grep -q '^Usage: vzlist' <<<"$stdout"
run_expect 0 "-L" vzlist -L
same "-L: two words a line" "$(awk 'NF != 2' <<<"$stdout")" ""

python3 - <<P && ok "JSON" || not_ok "JSON"
import json, subprocess
def vzlist(*args):
    return json.loads(subprocess.check_output(("vzlist",) + args))
cts = vzlist("-aj")
a, b, c = cts
assert [x["ctid"] for x in cts] == [$first, $second, $third], cts
assert a["veid"] == a["vpsid"] == $first
assert a["description"] == 'a "quoted" \\\\ {"json": 1}', a["description"]
assert a["ip"] == ["10.0.0.1", "2001:db8::1"] and b["ip"] == []
assert a["onboot"] is True and b["onboot"] is False
assert a["status"] == "running" and b["status"] == "mounted"
assert a["numproc"]["held"] >= 1 and b["numproc"]["held"] == 0
assert a["numproc"]["failcnt"] == 0 and a["numproc"]["maxheld"] is not None
assert a["privvmpages"]["barrier"] == 65536
assert a["uptime"] > 0 and c["uptime"] == 0
assert a["laverage"] is None
assert a["private"] == "/vz/private/$first" and a["root"] == "/vz/root/$first"
assert a["name"] == "web" and b["name"] is None and b["smart_name"] == "$second"
assert a["vswap"] is True and a["disabled"] is False
assert vzlist("-j1", "web") == [{"veid": $first}]
P

# a container whose private area is gone is not there
check "umount" vzctl umount $second
mv /vz/private/$second /vz/private/away
vzlist_is "without private area" "$(lines "       $first" "       $third")" -a1
mv /vz/private/away /vz/private/$second
echo 'no assignment' >>/etc/vz/conf/$second.conf
run_expect 0 "a broken config file" vzlist -a1
same "a broken config file hides nothing" "$stdout" \
	"$(lines "       $first" "       $second" "       $third")"
check "the broken one is named" grep -q "^CT $second: .*$second.conf" <<<"$stderr"
sed -i '$d' /etc/vz/conf/$second.conf

# 500 containers
for ((i = 1000; i < 1500; i++)); do
	cp /etc/vz/conf/$third.conf /etc/vz/conf/$i.conf
	mkdir /vz/private/$i
done
begin=$(date +%s%N)
same "500 containers" "$(vzlist -a1 | wc -l)" 503
ms=$((($(date +%s%N) - begin) / 1000000))
echo "# vzlist -a1 of 503: $ms ms"
begin=$(date +%s%N)
same "JSON of all of them" "$(vzlist -aj |
	python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')" 503
ms=$((($(date +%s%N) - begin) / 1000000))
echo "# vzlist -aj of 503: $ms ms"
rm -r /etc/vz/conf/1[0-4][0-9][0-9].conf /vz/private/1[0-4][0-9][0-9]

vzctl --quiet stop $first --fast
for ct in $first $second $third; do
	check "destroy $ct" vzctl destroy $ct
done
finish
