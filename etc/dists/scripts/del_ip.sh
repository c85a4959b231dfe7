# SPDX-License-Identifier: GPL-2.0-only
# IP_ADDR: addresses to delete; IPDELALL=yes: all; VE_STATE: running
#
# The kernel has deleted them already.

if [ "$IPDELALL" = yes ]; then
	addresses=
else
	find_addresses
fi
for address in $IP_ADDR; do
	drop_address "$address"
done
write_addresses
