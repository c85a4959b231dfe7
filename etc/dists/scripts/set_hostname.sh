# SPDX-License-Identifier: GPL-2.0-only
# HOSTNM: new host name; IP_ADDR: addresses; VE_STATE: starting or running

# The comment is OpenVZ's: a line with it is replaced, whoever wrote it.
hosts_mark='# Auto-generated hostname. Please do not remove this comment.'

short=${HOSTNM%%.*}
aliases=$short
[ "$short" = "$HOSTNM" ] || aliases="$HOSTNM $short"

# Debian's installer names the machine by 127.0.1.1, others by its address.
own_address()
{
	# shellcheck disable=SC2086 # words
	set -- $IP_ADDR 127.0.1.1
	echo "${1%/*}"
}

hosts_without_own()
{
	if [ ! -f /etc/hosts ]; then
		echo '127.0.0.1 localhost'
		echo '::1 localhost ip6-localhost ip6-loopback'
		return
	fi
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		127.0.1.1[[:blank:]]* | *"$hosts_mark"*) ;;
		*) printf '%s\n' "$line" ;;
		esac
	done </etc/hosts
}

hosts_line="$(own_address) $aliases $hosts_mark"
has_line /etc/hosts "$hosts_line" || {
	hosts_without_own
	echo "$hosts_line"
} | put_file /etc/hosts

has_line /etc/hostname "$HOSTNM" || echo "$HOSTNM" | put_file /etc/hostname
[ ! -f /etc/HOSTNAME ] || has_line /etc/HOSTNAME "$HOSTNM" ||
	echo "$HOSTNM" | put_file /etc/HOSTNAME
# older Red Hat; Gentoo
! has_line /etc/sysconfig/network 'HOSTNAME=*' ||
	set_variable /etc/sysconfig/network HOSTNAME "$HOSTNM"
[ ! -f /etc/conf.d/hostname ] ||
	set_variable /etc/conf.d/hostname hostname "$HOSTNM"

# a container that starts has it
[ "$VE_STATE" = starting ] || hostname "$HOSTNM" 2>/dev/null ||
	echo "$HOSTNM" >/proc/sys/kernel/hostname
