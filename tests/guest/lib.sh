# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Common to the guest tests: one line "ok - TEXT" or "not ok - TEXT" a test,
# finish at the end.

passed=0 failed=0

ok() { passed=$((passed + 1)); echo "ok - $*"; }

not_ok() { failed=$((failed + 1)); echo "not ok - $*"; }

# check TEXT COMMAND [ARG...] - the command has to succeed
check() {
	local text=$1 out
	shift
	if out=$("$@" 2>&1); then
		ok "$text"
	else
		not_ok "$text (status $?)"
		printf '%s\n' "$out" | tail -n 20 | sed 's/^/#   /'
	fi
}

# require TEXT COMMAND [ARG...] - like check; the rest makes no sense without it
require() {
	local before=$failed
	check "$@"
	[ "$failed" = "$before" ] || finish
}

# refused TEXT COMMAND [ARG...] - the command has to fail
refused() {
	local text=$1 out
	shift
	if out=$("$@" 2>&1); then
		not_ok "$text (it succeeded)"
		printf '%s\n' "$out" | tail -n 20 | sed 's/^/#   /'
	else
		ok "$text"
	fi
}

# run_expect STATUS TEXT COMMAND [ARG...] - the command has to end with STATUS;
# its output is left in $stdout and $stderr
run_expect() {
	local want=$1 text=$2 rc=0 tmp
	shift 2
	tmp=$(mktemp -d)
	# the braces keep the shell's own "Killed" out of the log
	{ "$@" >"$tmp/out" 2>"$tmp/err" </dev/null; } 2>/dev/null || rc=$?
	stdout=$(cat "$tmp/out") stderr=$(cat "$tmp/err")
	rm -r "$tmp"
	if [ "$rc" = "$want" ]; then
		ok "$text"
	else
		not_ok "$text (status $rc instead of $want)"
		printf '%s\n%s\n' "$stdout" "$stderr" | head -n 20 | sed 's/^/#   /'
	fi
}

# same TEXT GOT WANTED
same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		printf 'got:    %s\nwanted: %s\n' "$2" "$3" | sed 's/^/#   /'
	fi
}

# wait_for SECONDS COMMAND... - until it succeeds
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.2
	done
}

# unload_vz - unloads vzcore and, before it, what uses it
unload_vz() {
	local module
	for module in vztest vzubc vzquota vznet vzcore; do
		[ ! -d /sys/module/$module ] || rmmod $module || return
	done
}

# load_vz - loads them again
load_vz() { modprobe vzcore && modprobe -a vznet vzubc; }

# finish - summary; the exit status of the script
finish() {
	echo "# $passed passed, $failed failed"
	exit $((failed > 0))
}
