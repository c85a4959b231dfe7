# SPDX-License-Identifier: GPL-2.0-only
# NAMESERVER: addresses, SEARCHDOMAIN: domains; what is empty stays as it is;
# VE_STATE: starting or running

resolv=/etc/resolv.conf

is_running() { [ "$VE_STATE" = running ]; }

# The file that the resolver reads; other lines than ours stay.
plain_lines()
{
	if [ -f "$resolv" ]; then
		while IFS= read -r line || [ -n "$line" ]; do
			case $line in
			nameserver[[:blank:]]*)
				[ -z "$NAMESERVER" ] || continue
				;;
			search[[:blank:]]* | domain[[:blank:]]*)
				[ -z "$SEARCHDOMAIN" ] || continue
				;;
			esac
			printf '%s\n' "$line"
		done <"$resolv"
	fi
	[ -z "$SEARCHDOMAIN" ] || echo "search $SEARCHDOMAIN"
	for server in $NAMESERVER; do
		echo "nameserver $server"
	done
}

set_plain()
{
	plain_lines | put_file "$resolv"
}

# A link that leads to what nobody makes at boot is no use.
set_instead_of_link()
{
	rm -f "$resolv"
	set_plain
}

set_resolved()
{
	dir=/etc/systemd/resolved.conf.d
	[ -z "$NAMESERVER" ] || own_file "$dir/vz-servers.conf" \
		"[Resolve]${nl}DNS=$NAMESERVER$nl"
	[ -z "$SEARCHDOMAIN" ] || own_file "$dir/vz-domains.conf" \
		"[Resolve]${nl}Domains=$SEARCHDOMAIN$nl"
	! is_running || systemctl try-restart systemd-resolved.service
}

# list COMMA WORDS - the words with commas between them
with_commas()
{
	list=
	for word; do
		list="${list:+$list,}$word"
	done
	printf '%s\n' "$list"
}

set_networkmanager()
{
	dir=/etc/NetworkManager/conf.d
	# shellcheck disable=SC2086 # words
	[ -z "$NAMESERVER" ] || own_file "$dir/vz-servers.conf" \
		"[global-dns]${nl}[global-dns-domain-*]${nl}servers=$(with_commas $NAMESERVER)$nl"
	# shellcheck disable=SC2086 # words
	[ -z "$SEARCHDOMAIN" ] || own_file "$dir/vz-domains.conf" \
		"[global-dns]${nl}searches=$(with_commas $SEARCHDOMAIN)$nl"
	! is_running || nmcli general reload
}

# Debian's resolvconf, then openresolv
set_resolvconf()
{
	dir=/etc/resolvconf/resolv.conf.d
	if [ -d "$dir" ]; then
		[ -z "$NAMESERVER" ] || own_block "$dir/head" servers \
			"$(for server in $NAMESERVER; do echo "nameserver $server"; done)$nl"
		[ -z "$SEARCHDOMAIN" ] || own_block "$dir/tail" domains \
			"search $SEARCHDOMAIN$nl"
	else
		[ -z "$NAMESERVER" ] || own_block /etc/resolvconf.conf servers \
			"name_servers=\"$NAMESERVER\"$nl"
		[ -z "$SEARCHDOMAIN" ] || own_block /etc/resolvconf.conf domains \
			"search_domains=\"$SEARCHDOMAIN\"$nl"
	fi
	! is_running || resolvconf -u
}

set_netconfig()
{
	file=/etc/sysconfig/network/config
	[ -z "$NAMESERVER" ] || set_variable "$file" \
		NETCONFIG_DNS_STATIC_SERVERS "$NAMESERVER"
	[ -z "$SEARCHDOMAIN" ] || set_variable "$file" \
		NETCONFIG_DNS_STATIC_SEARCHLIST "$SEARCHDOMAIN"
	! is_running || netconfig update -f
}

has_networkmanager()
{
	has_unit NetworkManager.service ||
		[ -h /etc/runlevels/default/NetworkManager ]
}

# Where a link leads says who writes the file.
set_behind_link()
{
	case $(readlink "$resolv") in
	*systemd/resolve/*)
		has_unit systemd-resolved.service && set_resolved && return
		;;
	*NetworkManager/*)
		has_networkmanager && return
		;;
	*resolvconf/*)
		command -v resolvconf >/dev/null 2>&1 && set_resolvconf && return
		;;
	*netconfig/*)
		command -v netconfig >/dev/null 2>&1 && set_netconfig && return
		;;
	esac
	case $(readlink -f "$resolv") in
	'' | /run/* | /var/run/* | /tmp/* | /dev/* | /proc/*)
		set_instead_of_link
		;;
	*) set_plain ;;
	esac
}

# Those that write a plain file at boot as they are told.
set_file()
{
	[ ! -f /etc/resolvconf.conf ] ||
		! command -v resolvconf >/dev/null 2>&1 || set_resolvconf
	[ ! -f /etc/sysconfig/network/config ] ||
		! command -v netconfig >/dev/null 2>&1 || set_netconfig
	set_plain
}

! has_networkmanager || set_networkmanager
if [ -h "$resolv" ]; then
	set_behind_link
else
	set_file
fi
