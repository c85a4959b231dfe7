# SPDX-License-Identifier: GPL-2.0-only
# IP_ADDR: addresses to add; IPDELALL=yes: these are all there are;
# IPV6=yes: use those of IPv6, too; VE_STATE: starting or running
#
# The kernel has the addresses already.

if [ "$IPDELALL" = yes ]; then
	addresses=
else
	find_addresses
fi
for address in $IP_ADDR; do
	put_address "$address"
done
write_addresses
