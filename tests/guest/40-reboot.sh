#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What containers do by themselves: halt, reboot, die; and vzeventd, which
# finishes it.
# kernels: 6.1 6.12 7.2
# check: 6.12
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2016,SC2154 # for shells inside; set by run_expect
. ./lib.sh

ct=401 other=402
log=/var/log/vzctl.log
pidfile=/run/vz/vzeventd.pid

status() { vzctl status $1 | cut -d' ' -f4-; }
is() { [ "$(status $1)" = "$2" ]; }
registered() { grep -q "^ *$1 " /proc/vz/veinfo; }
init_pid() { head -n1 /sys/fs/cgroup/vz/$1/ct/init.scope/cgroup.procs 2>/dev/null ||
	head -n1 /sys/fs/cgroup/vz/$1/ct/cgroup.procs; }
settled() { wait_for 30 vzctl exec $1 'grep -q "^SigCgt:.*[1-9a-f]" /proc/1/status'; }
# Its state is unmounted and down, and the kernel has forgotten it.
ended() { is $1 'unmounted down' && ! registered $1 && [ ! -e /sys/fs/cgroup/vz/$1 ]; }
# Another init than before runs.
restarted() { # CT OLD
	is $1 'mounted running' && [ "$(generation $1)" != "$2" ]
}
generation() { stat -c %i /sys/fs/cgroup/vz/$1 2>/dev/null; }

for c in $ct $other; do
	check "create $c" vzctl create $c --ostemplate busybox
	check "start $c" vzctl start $c
	settled $c
done

# --------------------------------------------------------- without daemon --

vzctl exec $ct halt 2>/dev/null
check "halt without vzeventd: down, still mounted" \
	wait_for 20 is $ct 'mounted down'
check "start cleans up first" vzctl start $ct
settled $ct
vzctl exec $ct halt 2>/dev/null
wait_for 20 is $ct 'mounted down'
run_expect 0 "stop cleans up" vzctl stop $ct
check "all is gone" ended $ct
check "start" vzctl start $ct
settled $ct

# ------------------------------------------------------------- the daemon --

run_expect 20 "wrong usage" vzeventd now
run_expect 0 "-h" vzeventd -h
run_expect 0 "it goes to the background" vzeventd
check "it is running" kill -0 "$(cat $pidfile)"
run_expect 9 "it runs once" vzeventd
check "vzctl check sees it" sh -c 'vzctl check | grep -q "^ok    vzeventd: pid"'

vzctl exec $ct halt 2>/dev/null
check "halt: unmounted and forgotten" wait_for 20 ended $ct
same "the other one is not touched" "$(status $other)" 'mounted running'
check "start" vzctl start $ct
settled $ct

old=$(generation $ct)
vzctl exec $ct reboot 2>/dev/null
check "reboot: it runs again" wait_for 30 restarted $ct "$old"
settled $ct
check "reboot: it works" vzctl exec $ct true
check "the log tells" grep -q "vzeventd : CT $ct : Container asks for a restart" $log
old=$(generation $ct)
vzctl exec $ct reboot 2>/dev/null
check "again, after a delay" wait_for 40 restarted $ct "$old"
check "the log tells" grep -q "vzeventd : CT $ct : Container restarts too often, waiting 1 s" $log
settled $ct

conf=/etc/vz/conf/$ct.conf
cp $conf /tmp/conf
vzctl exec $ct '(sleep 2; reboot) >/dev/null 2>&1 &'
echo 'this is no assignment' >>$conf
check "reboot with a broken config file: cleaned up" wait_for 40 ended $ct
check "the log tells why it does not run again" wait_for 30 \
	grep -q "vzeventd : CT $ct : $conf, line .* is not of the form" $log
cp /tmp/conf $conf
check "start" vzctl start $ct
settled $ct

kill -9 "$(init_pid $other)"
check "init killed from outside: cleaned up" wait_for 20 ended $other

# ------------------------------------------- somebody else has the lock --

check "start" vzctl start $other
settled $other
sleep 1000 &
holder=$!
printf '%d\nholding\n' $holder >/vz/lock/$other.lck
vzctl exec $other halt 2>/dev/null
wait_for 20 is $other 'mounted down'
sleep 3
same "a lock is respected" "$(status $other)" 'mounted down'
kill $holder
wait $holder 2>/dev/null
check "then it is cleaned up" wait_for 20 ended $other
run_expect 0 "stop against the daemon" vzctl stop $ct
check "all is gone" ended $ct
sleep 1
check "and stays so" ended $ct

# -------------------------------------------- what it misses, it looks up --

for c in $ct $other; do
	check "start $c" vzctl start $c
	settled $c
done
kill -9 "$(cat $pidfile)"
vzctl exec $ct halt 2>/dev/null
vzctl exec $other reboot 2>/dev/null
wait_for 20 is $ct 'mounted down'
wait_for 20 is $other 'mounted down'
old=$(generation $other)
run_expect 0 "started again after it was killed" vzeventd
check "the halted one is cleaned up" wait_for 20 ended $ct
check "the rebooted one runs again" wait_for 30 restarted $other "$old"
settled $other

# --------------------------------------- the module goes and comes again --

check "stop" vzctl stop $other --fast
wait_for 30 ended $other
check "the modules unload" wait_for 30 unload_vz
sleep 1
check "and load again" load_vz
check "start" vzctl start $ct
settled $ct
vzctl exec $ct halt 2>/dev/null
check "the daemon listens to the new module" wait_for 20 ended $ct

# ------------------------------------------------------ many at one time --

for ((c = 411; c < 421; c++)); do
	vzctl --quiet create $c --ostemplate busybox && vzctl --quiet start $c ||
		not_ok "create and start $c"
done
for ((c = 411; c < 421; c++)); do settled $c; done
halts=()
for ((c = 411; c < 421; c++)); do
	vzctl exec $c 'kill -USR1 1' &
	halts+=($!)
done
wait "${halts[@]}" 2>/dev/null
left=0
for ((c = 411; c < 421; c++)); do wait_for 30 ended $c || left=$((left + 1)); done
same "10 halts at a time: all cleaned up" $left 0
same "no worker is left" "$(pgrep -c vzeventd)" 1
same "its descriptors" "$(find /proc/"$(cat $pidfile)"/fd -mindepth 1 | wc -l)" 8

# -------------------------------------------------------- rotated log file --

mv $log $log.1
check "start" vzctl start $ct
settled $ct
vzctl exec $ct halt 2>/dev/null
wait_for 20 ended $ct
check "it writes to the new log" grep -q "vzeventd : CT $ct : " $log
cat $log >>$log.1
mv $log.1 $log

kill "$(cat $pidfile)"
check "it ends on SIGTERM" wait_for 30 sh -c "! pgrep vzeventd"
# ------------------------------------------------- with the host: vz-init --

init=/usr/lib/vzctl/vz-init
run_expect 0 "vz-init status" $init status
same "vz-init status" "$stdout" "OpenVZ is running..."
for c in $ct $other 411 412 413; do vzctl --quiet stop $c --fast 2>/dev/null; done
vzctl --quiet set 411 --onboot yes --save
vzctl --quiet set 412 --onboot yes --bootorder 5 --save
vzctl --quiet set 413 --onboot yes --disabled yes --save
vzctl mount 414
wc -l <$log >/tmp/lines
run_expect 0 "vz-init start" $init start
same "it starts those with ONBOOT, by BOOTORDER" \
	"$(sed "1,$(cat /tmp/lines)d" $log | sed -n 's/.* : CT \([0-9]*\) : Starting container.*/\1/p' | tr '\n' ' ')" "412 411 "
same "only those" "$(vzlist -1 | tr -d ' \n')" 411412
check "it tells which one it could not start" \
	grep -qx 'CT 413 could not be started' <<<"$stdout"
run_expect 0 "vz-init stop" $init stop
same "it stops all and unmounts" "$(vzlist -aHo status | sort -u)" stopped
check "the modules unload" unload_vz
run_expect 3 "vz-init status without the module" $init status
same "vz-init status without the module" "$stdout" "OpenVZ is stopped."
run_expect 0 "vz-init start loads it" $init start
same "and starts" "$(vzlist -1 | tr -d ' \n')" 411412
run_expect 0 "vz-init stop" $init stop
run_expect 20 "vz-init: wrong usage" $init now

for ((c = 411; c < 421; c++)); do
	vzctl --quiet destroy $c || not_ok "destroy $c"
done
for c in $ct $other; do
	vzctl --quiet stop $c --fast 2>/dev/null
	check "destroy $c" vzctl destroy $c
done
finish
