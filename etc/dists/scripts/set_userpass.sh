# SPDX-License-Identifier: GPL-2.0-only
# USERPW: user:password

command -v chpasswd >/dev/null 2>&1 || vzerror "There is no chpasswd in the container" 74
user=${USERPW%%:*}
grep -q "^$user:" /etc/passwd || {
	command -v useradd >/dev/null 2>&1 || vzerror "There is no user $user" 74
	useradd -m -- "$user" || vzerror "Unable to add the user $user" 74
}
printf '%s\n' "$USERPW" | chpasswd || vzerror "Unable to set the password of $user" 74
