# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Common parts of the test guest scripts: cache, locks, messages.

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
vm_top=$(cd "$vm_dir/../.." && pwd -P)
vm_cache=${VZ_CACHE:-/var/cache/vz-tests}
export LC_ALL=C

say() { printf 'vm: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

vm_need_root() { [ "$(id -u)" = 0 ] || die "must be run by root"; }

# Install what the scripts and the build need where something is missing.
vm_need_tools() {
	mkdir -p "$vm_cache/locks"
	(
		flock 9
		"$vm_dir/deps" >&2
		if [ -x "$vm_top/scripts/deps" ]; then "$vm_top/scripts/deps" >&2; fi
	) 9>"$vm_cache/locks/deps" || die "could not install what is needed"
}

# Hash of the given strings and of the contents of the files named on stdin.
vm_hash() {
	{
		printf '%s\n' "$@"
		xargs -r sha256sum | cut -d' ' -f1
	} | sha256sum | cut -c1-16
}

# Hash of file names and contents below directories of the project, without
# what a build leaves in them.
vm_tree_hash() {
	(
		cd "$vm_top"
		find "$@" -name .git -prune -o -path ./build -prune -o -type f \
			! -name '*.o' ! -name '*.ko' ! -name '*.mod' \
			! -name '*.mod.c' ! -name '.*.cmd' ! -name '*.d' \
			! -name Module.symvers ! -name modules.order \
			-print0 2>/dev/null | sort -z | xargs -0r sha256sum
		find "$@" -type l -printf '%p %l\n' 2>/dev/null | sort
	) | sha256sum | cut -c1-16
}

# vm_unchanged HASH PATH...: what was built is what the hash stands for.
vm_unchanged() {
	local hash=$1
	shift
	[ "$(vm_tree_hash "$@")" = "$hash" ] ||
		die "the tree was changed while it was built, try again"
}

# vm_cached NAME FUNCTION [ARG...]: print the path of cache entry NAME, built
# first when absent: FUNCTION gets an empty directory and the arguments, and
# the result appears under its name only when complete.
vm_cached() {
	local name=$1 fn=$2 tmp path=$vm_cache/$1
	shift 2
	if [ ! -e "$path" ]; then
		mkdir -p "$vm_cache/locks" "$vm_cache/tmp"
		exec {vm_lock}>"$vm_cache/locks/${name//\//_}"
		flock "$vm_lock"
		if [ ! -e "$path" ]; then
			say "building $name"
			# Left by builds that were killed.
			find "$vm_cache/tmp" -mindepth 1 -maxdepth 1 -mmin +300 \
				-exec rm -rf --one-file-system {} +
			tmp=$(mktemp -d "$vm_cache/tmp/XXXXXXXX")
			chmod 755 "$tmp"
			# A subshell of its own: set -e must hold in there.
			vm_build_entry "$tmp" "$fn" "$@" {vm_lock}>&-
			mkdir -p "$(dirname "$path")"
			mv -T "$tmp" "$path"
		fi
		exec {vm_lock}>&-
	fi
	touch -c "$path"
	printf '%s\n' "$path"
}

vm_build_entry() {
	local tmp=$1 fn=$2 rc=0
	shift 2
	set +e
	(set -e; "$fn" "$tmp" "$@") >&2
	rc=$?
	set -e
	if [ $rc != 0 ]; then
		rm -rf --one-file-system "$tmp"
		die "$fn failed with status $rc"
	fi
}

# vm_prune PREFIX KEEP: of the entries PREFIX* keep the most recently used.
vm_prune() {
	local old
	# shellcheck disable=SC2012 # our own names, no blanks in them
	ls -dt "$vm_cache/$1"* 2>/dev/null | tail -n +$(($2 + 1)) |
		while read -r old; do
			# Not what a running guest may still be using.
			[ -n "$(find "$old" -maxdepth 0 -mmin +120)" ] || continue
			rm -rf --one-file-system "$old"
		done
}
