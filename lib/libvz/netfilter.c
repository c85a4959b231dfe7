// SPDX-License-Identifier: GPL-2.0-only
/* NETFILTER: what of the kernel's packet filters a container may use. */
#include <sys/ioctl.h>

#include <linux/vznet.h>

#include "core.h"
#include "param.h"

static const struct {
	const char	*name;
	uint32_t	mode;
} modes[] = {
	{ "full",	VZNET_NETFILTER_FULL },
	{ "stateful",	VZNET_NETFILTER_STATEFUL },
	{ "stateless",	VZNET_NETFILTER_STATELESS },
	{ "disabled",	VZNET_NETFILTER_DISABLED },
};

/* Of the words of IPTABLES, which configs had before there was NETFILTER. */
static const char *const nat_words[] = {
	"nat", "MASQUERADE", "REDIRECT", "DNAT", "SNAT", "NETMAP",
};

static const char *const connection_words[] = {
	"conntrack", "state", "helper", "connlimit", "connmark", "CONNMARK",
};

/* A kernel that has them loads all others when a container asks for them. */
static const char *const modules[] = { "ip_tables", "ip6_tables" };

/* What comes after the last underscore of a module's name tells what it does. */
static bool has_word(const char *list, const char *const words[], size_t count)
{
	autofree char *copy = strdup(list);
	char *save = NULL, *word, *tail;
	size_t i;

	if (!copy)
		return false;
	for (word = strtok_r(copy, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		tail = strrchr(word, '_');
		tail = tail ? tail + 1 : word;
		for (i = 0; i < count; i++)
			if (!strcmp(tail, words[i]))
				return true;
	}
	return false;
}

static const char *mode_of_modules(const char *list)
{
	if (has_word(list, nat_words, ARRAY_SIZE(nat_words)))
		return "full";
	if (has_word(list, connection_words, ARRAY_SIZE(connection_words)))
		return "stateful";
	return "stateless";
}

/* The container's file counts more than vz.conf, NETFILTER than IPTABLES. */
const char *vz_netfilter_mode(const struct vz_ct *ct)
{
	const struct vz_config *configs[] = { ct->config, ct->ctx->global };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(configs) && configs[i]; i++) {
		const char *mode = vz_config_get(configs[i], "NETFILTER");
		const char *list = vz_config_get(configs[i], "IPTABLES");

		if (mode && *mode)
			return mode;
		if (list && *list)
			return mode_of_modules(list);
	}
	return vz_param_default("NETFILTER");
}

static uint32_t mode_number(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes) - 1; i++)
		if (!strcmp(modes[i].name, name))
			break;
	return modes[i].mode;
}

static int tell_kernel(struct vz_ct *ct, uint32_t mode)
{
	struct vznet_netfilter arg = {
		.size = sizeof(arg),
		.ctid = ct->id,
		.mode = mode,
	};
	int fd = vz_ctl_fd(ct->ctx, NULL);

	return fd < 0 || ioctl(fd, VZNET_IOC_NETFILTER, &arg) ? -errno : 0;
}

void vz_netfilter_setup(struct vz_ct *ct)
{
	const char *name = vz_netfilter_mode(ct);
	uint32_t mode = mode_number(name);
	size_t i;
	int ret;

	if (mode != VZNET_NETFILTER_FULL)
		vz_feature_load(ct, "vznet");
	ret = tell_kernel(ct, mode);
	if (ret == -ENOTTY && mode != VZNET_NETFILTER_FULL)
		ct_err(ct, "Warning: NETFILTER=\"%s\" is not in force: there is no kernel module vznet",
		       name);
	else if (ret && ret != -ENOTTY)
		ct_err(ct, "Warning: NETFILTER=\"%s\" is not in force: %s, /proc/vz/hooks tells more",
		       name, strerror(-ret));
	for (i = 0; mode != VZNET_NETFILTER_DISABLED &&
		    i < ARRAY_SIZE(modules); i++)
		vz_feature_load(ct, modules[i]);
}
