# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Containers with the network tools of the guest's own userland, for the tests
# of what runs inside.  Sourced after lib.sh.

# tools_put DIR FILE... - programs with their libraries
tools_put() {
	local dir=$1 file library
	shift
	for file; do
		rm -f "$dir$file"
		mkdir -p "$dir${file%/*}"
		cp -a "$file" "$dir$file"
		[ ! -h "$file" ] || tools_put "$dir" "$(readlink -f "$file")"
		ldd "$file" 2>/dev/null | grep -o '/[^ ]*' |
			while read -r library; do
				[ ! -e "$dir$library" ] || continue
				mkdir -p "$dir${library%/*}"
				cp -L "$library" "$dir$library"
			done
	done
}

# tools_ct CTID [OPTION...] - a small container that has them, not started
tools_ct() {
	local id=$1 dir=/vz/private/$1
	shift
	vzctl create "$id" --ostemplate busybox --hostname "ct$id" >/dev/null || return
	rm -rf "$dir/lib"
	mkdir -p "$dir/usr/lib64" "$dir/usr/lib"
	ln -s usr/lib "$dir/lib"
	ln -s usr/lib64 "$dir/lib64"
	tools_put "$dir" /usr/sbin/{iptables,ip6tables}-{legacy,nft} \
		/usr/sbin/{ebtables,arptables}-nft /usr/sbin/nft /usr/bin/ip \
		/usr/sbin/tc /usr/bin/wg /usr/bin/nc.openbsd /usr/bin/socat \
		/usr/bin/unshare /usr/sbin/pppd /usr/bin/tcpdump /usr/bin/ping
	cp -a --parents /usr/lib/x86_64-linux-gnu/xtables /etc/protocols \
		/etc/services /etc/iproute2 "$dir/"
	tools_put "$dir" /usr/lib/x86_64-linux-gnu/xtables/libxt_connlabel.so
}

# The shell of busybox prefers its own commands, so no shell is in between.
in_ct() { # CTID PROGRAM [ARG...]
	vzctl exec3 "$@"
}
