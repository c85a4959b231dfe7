# SPDX-License-Identifier: GPL-2.0-only
# HOSTNM: new host name; VE_STATE: starting or running

short=${HOSTNM%%.*}
aliases=$short
[ "$short" = "$HOSTNM" ] || aliases="$HOSTNM $short"

echo "$HOSTNM" | put_file /etc/hostname
[ -f /etc/HOSTNAME ] && echo "$HOSTNM" | put_file /etc/HOSTNAME

# The line 127.0.1.1 is the one that names the machine.
{
	if [ -f /etc/hosts ]; then
		while IFS= read -r line || [ -n "$line" ]; do
			case $line in
			127.0.1.1[[:space:]]*) ;;
			*) printf '%s\n' "$line" ;;
			esac
		done </etc/hosts
	else
		echo "127.0.0.1 localhost"
		echo "::1 localhost ip6-localhost ip6-loopback"
	fi
	echo "127.0.1.1 $aliases"
} | put_file /etc/hosts

hostname "$HOSTNM" 2>/dev/null || echo "$HOSTNM" >/proc/sys/kernel/hostname
