# SPDX-License-Identifier: GPL-2.0-only
# UGIDLIMIT: most users and groups with a quota; DEVFS, MAJOR, MINOR: name and
# number of the device that quotactl(2) takes for the root

# repquota and warnquota read the kernel's numbers by these names
for kind in user group; do
	# a file that somebody made himself stays
	[ -e "/aquota.$kind" ] && [ ! -h "/aquota.$kind" ] ||
		ln -sf "/proc/vz/aquota.$kind" "/aquota.$kind"
done
