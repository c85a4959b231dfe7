# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Packages of any Debian suite, without touching the host's apt: own lists and
# own cache, the mirror the host uses itself, the keyring of Debian.

vm_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The URI that the host's sources name for Debian (or its security archive).
vm_mirror() {
	local want=$1 uri
	# shellcheck disable=SC2016 # fields of apt
	uri=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v want="$want" '$2 == "Debian" && $3 == want {
			print $1; exit }')
	[ -n "$uri" ] || die "apt of this machine names no mirror of $want"
	printf '%s\n' "$uri"
}

# Source lines of a suite, security and updates included where they exist.
vm_suite_lines() {
	local sign="[signed-by=$vm_keyring]" deb sec
	deb=$(vm_mirror Debian)
	sec=$(vm_mirror Debian-Security)
	case $1 in
	sid) printf '%s\n' "deb $sign $deb sid main" ;;
	*-backports) printf '%s\n' "deb $sign $deb $1 main" ;;
	*)
		printf '%s\n' "deb $sign $deb $1 main" \
			"deb $sign $deb $1-updates main" \
			"deb $sign $sec $1-security main"
		;;
	esac
}

# vm_apt_setup SUITE DIR: an apt world of its own in DIR; sets vm_apt_opts.
vm_apt_setup() {
	mkdir -p "$2/lists/partial" "$2/cache/archives/partial"
	vm_suite_lines "$1" >"$2/sources.list"
	vm_apt_opts=(
		-o "Dir::Etc::sourcelist=$2/sources.list"
		-o Dir::Etc::sourceparts=-
		-o "Dir::State::lists=$2/lists"
		-o "Dir::Cache=$2/cache"
		-o Dir::State::status=/dev/null
		-o APT::Sandbox::User=root
		-o APT::Get::List-Cleanup=true
	)
	apt-get "${vm_apt_opts[@]}" -qq update >&2
}

# The newest NAME of the form PREFIX*: by dependency of the meta package when
# that leads there, else by version among all names.
vm_apt_newest_kernel() {
	local series=$1 name
	name=$(apt-cache "${vm_apt_opts[@]}" depends linux-image-amd64 2>/dev/null |
		sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n1)
	case $name in
	linux-image-"$series"[.+-]*) ;;
	*)
		name=$(apt-cache "${vm_apt_opts[@]}" pkgnames "linux-image-$series" |
			grep -E -- '-amd64$' | grep -Ev -- '-(rt|cloud)-amd64$' |
			grep -E "^linux-image-${series//./\\.}[.+-]" |
			sort -V | tail -n1)
		;;
	esac
	[ -n "$name" ] || return 1
	printf '%s\n' "${name#linux-image-}"
}

# The packages of kernel sources among the dependencies of the given ones.
vm_apt_kernel_closure() {
	apt-cache "${vm_apt_opts[@]}" depends --recurse --no-recommends \
		--no-suggests --no-conflicts --no-breaks --no-replaces \
		--no-enhances "$@" 2>/dev/null |
		grep -E '^linux-(image|binary|modules|base|headers|kbuild)-[0-9]' |
		grep -v -e '-unsigned$' |
		sort -u
}

# Whether the dates of the archive count is for the host's own settings to say
# (a frozen mirror expires): options for mmdebstrap to follow it.
vm_mmdebstrap_opts() {
	local v
	v=$(apt-config dump Acquire::Check-Valid-Until | cut -d'"' -f2)
	printf '%s\n' --mode=root --quiet \
		--aptopt='Acquire::Languages "none"' \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/info/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*'
	[ -z "$v" ] ||
		printf '%s\n' "--aptopt=Acquire::Check-Valid-Until \"$v\""
}
