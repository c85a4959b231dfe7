// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/vz/veip, and the addresses in /proc/vz/veinfo, in the formats that
 * OpenVZ's tools read: IPv6 in eight groups, nothing left out.
 */
#include <linux/in6.h>
#include <linux/seq_file.h>
#include "vznet.h"

#define VENET_V4_WIDTH		15
#define VENET_V6_WIDTH		39

static void venet_addr_format(const struct venet_addr *a, char *text,
			      size_t size)
{
	const __be16 *g = a->v6.s6_addr16;

	if (a->family == AF_INET)
		scnprintf(text, size, "%pI4", &a->v4);
	else
		scnprintf(text, size, "%x:%x:%x:%x:%x:%x:%x:%x",
			  ntohs(g[0]), ntohs(g[1]), ntohs(g[2]), ntohs(g[3]),
			  ntohs(g[4]), ntohs(g[5]), ntohs(g[6]), ntohs(g[7]));
}

/**
 * venet_proc_veinfo - the container's addresses, newest first
 * @m: where to
 * @ct: container
 *
 * Context: RCU read side.
 */
void venet_proc_veinfo(struct seq_file *m, struct vz_ct *ct)
{
	struct venet_owner *owner = venet_owner_of_ct(ct);
	char text[VENET_V6_WIDTH + 1];
	const struct venet_addr *a;

	if (!owner)
		return;
	list_for_each_entry_rcu(a, &owner->addrs, list) {
		venet_addr_format(a, text, sizeof(text));
		seq_printf(m, " %*s", a->family == AF_INET ?
			   VENET_V4_WIDTH : VENET_V6_WIDTH, text);
	}
}

static int venet_veip_show(struct seq_file *m, void *v)
{
	const struct venet_owner *owner;
	char text[VENET_V6_WIDTH + 1];
	const struct venet_addr *a;

	seq_puts(m, "Version: 2.5\n");
	guard(mutex)(&venet_lock);
	list_for_each_entry(owner, &venet_owners, list)
		list_for_each_entry_reverse(a, &owner->addrs, list) {
			venet_addr_format(a, text, sizeof(text));
			seq_printf(m, "%*s %10u\n", VENET_V6_WIDTH, text,
				   owner->id);
		}
	return 0;
}

/**
 * venet_proc_init - make /proc/vz/veip and /proc/vz/veth
 *
 * Return: 0 or a negative error.
 */
int venet_proc_init(void)
{
	int err;

	err = vz_proc_add("veip", venet_veip_show);
	if (err)
		return err;
	err = vz_proc_add("veth", venet_veth_show);
	if (err)
		vz_proc_del("veip");
	return err;
}

/**
 * venet_proc_exit - remove what venet_proc_init() made
 */
void venet_proc_exit(void)
{
	vz_proc_del("veth");
	vz_proc_del("veip");
}
