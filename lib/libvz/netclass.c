// SPDX-License-Identifier: GPL-2.0-only
/* Network classes: the file, and the kernel's table that is made of it. */
#include <linux/vznet.h>

#include "ipaddr.h"
#include "param.h"
#include "traffic.h"

#define FILE_NAME	"networks_classes"
#define LINE_BLANKS	" \t\r\n"

void vz_net_classes_free(struct vz_net_classes *classes)
{
	free(classes->v);
	free(classes->lines);
	*classes = (struct vz_net_classes){};
}

/* Where a line comes from. */
struct source {
	const char	*path;
	unsigned int	line;
};

/* Bits behind the prefix are of no account: 10.1.2.3/8 is 10.0.0.0/8. */
static void put_net(struct vznet_class_net *net, const struct vz_ip *ip,
		    unsigned int class)
{
	size_t i, len = vz_ip_len(ip->family);

	*net = (struct vznet_class_net){
		.family = ip->family,
		.prefixlen = ip->bits,
		.class = class,
	};
	for (i = 0; i < len; i++) {
		int bits = ip->bits - 8 * (int)i;

		if (bits >= 8)
			net->addr[i] = ip->addr[i];
		else if (bits > 0)
			net->addr[i] = ip->addr[i] & (0xff00 >> bits);
	}
}

/* 1: there is a network in the line */
static int parse_line(const struct source *src, char *text,
		      struct vznet_class_net *net, struct vz_error *err)
{
	char *save = NULL, *class = strtok_r(text, LINE_BLANKS, &save);
	char *network = strtok_r(NULL, LINE_BLANKS, &save);
	struct vz_ip ip;
	uint64_t n;

	if (!class || *class == '#')
		return 0;
	if (!network || strtok_r(NULL, LINE_BLANKS, &save) ||
	    vz_parse_u64(class, &n) == -EINVAL)
		return vz_fail(err, VZ_E_SET_ACCOUNT, EINVAL,
			       "%s, line %u is not of the form \"CLASS ADDRESS/PREFIX\"",
			       src->path, src->line);
	if (vz_parse_u64(class, &n) || n >= VZNET_CLASSES)
		return vz_fail(err, VZ_E_SET_ACCOUNT, EINVAL,
			       "%s, line %u: class %s is not one of 0 to %d",
			       src->path, src->line, class, VZNET_CLASSES - 1);
	if (!strchr(network, '/') || vz_ip_parse(network, &ip))
		return vz_fail(err, VZ_E_SET_ACCOUNT, EINVAL,
			       "%s, line %u: %s is not of the form ADDRESS/PREFIX",
			       src->path, src->line, network);
	put_net(net, &ip, n);
	return 1;
}

static bool same_net(const struct vznet_class_net *a,
		     const struct vznet_class_net *b)
{
	return a->family == b->family && a->prefixlen == b->prefixlen &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

/* The same line twice does no harm, two classes for one network do. */
static int add_net(const struct source *src, struct vz_net_classes *classes,
		   const struct vznet_class_net *net, struct vz_error *err)
{
	size_t i;

	for (i = 0; i < classes->n; i++) {
		if (!same_net(&classes->v[i], net))
			continue;
		if (classes->v[i].class == net->class)
			return 0;
		return vz_fail(err, VZ_E_SET_ACCOUNT, EEXIST,
			       "%s, line %u: the network has another class in line %u",
			       src->path, src->line, classes->lines[i]);
	}
	if (classes->n == VZNET_CLASS_NETS_MAX)
		return vz_fail(err, VZ_E_SET_ACCOUNT, E2BIG,
			       "%s, line %u: more than %d networks are not possible",
			       src->path, src->line, VZNET_CLASS_NETS_MAX);
	classes->v[classes->n] = *net;
	classes->lines[classes->n++] = src->line;
	return 0;
}

static int read_lines(struct source *src, FILE *f,
		      struct vz_net_classes *classes, struct vz_error *err)
{
	autofree char *text = NULL;
	struct vznet_class_net net;
	size_t size = 0;
	int ret;

	errno = 0;
	while (getline(&text, &size, f) >= 0) {
		src->line++;
		ret = parse_line(src, text, &net, err);
		if (ret > 0)
			ret = add_net(src, classes, &net, err);
		if (ret)
			return ret;
		errno = 0;
	}
	if (ferror(f))
		return vz_fail_errno(err, VZ_E_SET_ACCOUNT, errno ? errno : EIO,
				     "Unable to read %s", src->path);
	return 0;
}

int vz_net_classes_read(const char *path, struct vz_net_classes *classes,
			struct vz_error *err)
{
	struct source src = { .path = path };
	autofclose FILE *f = fopen(path, "re");

	if (!f)
		return vz_fail_errno(err, VZ_E_SET_ACCOUNT, errno,
				     "Unable to open %s", path);
	classes->v = calloc(VZNET_CLASS_NETS_MAX, sizeof(*classes->v));
	classes->lines = calloc(VZNET_CLASS_NETS_MAX, sizeof(*classes->lines));
	if (!classes->v || !classes->lines)
		return vz_fail_oom(err);
	return read_lines(&src, f, classes, err);
}

static int set_classes(struct vz_ctx *ctx, const struct vz_net_classes *classes,
		       struct vz_error *err)
{
	struct vznet_class_list arg = {
		.size = sizeof(arg),
		.count = classes->n,
		.nets = (uintptr_t)classes->v,
	};

	return vz_vznet_ioctl(ctx, VZNET_IOC_CLASS_SET, &arg, err);
}

/* The file of this host; NULL with 0: there is none */
static int find_file(struct vz_ctx *ctx, char **path, struct vz_error *err)
{
	static const char *const dirs[] = { "", "conf/" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		autofree char *name = NULL;

		if (asprintf(&name, "%s/%s" FILE_NAME,
			     vz_ctx_path(ctx, VZ_PATH_CONF), dirs[i]) < 0) {
			name = NULL;
			return vz_fail_oom(err);
		}
		if (access(name, F_OK))
			continue;
		*path = steal_ptr(name);
		break;
	}
	return 0;
}

VZ_EXPORT int vz_ctx_net_classes_load(struct vz_ctx *ctx, const char *path,
				      struct vz_error *err)
{
	autoclasses struct vz_net_classes classes = {};
	autofree char *found = NULL;
	int ret = 0;

	if (!path) {
		ret = find_file(ctx, &found, err);
		path = found;
	}
	if (!ret && path)
		ret = vz_net_classes_read(path, &classes, err);
	if (!ret)
		ret = set_classes(ctx, &classes, err);
	return ret ? ret : (int)classes.n;
}

VZ_EXPORT int vz_ctx_net_classes_unload(struct vz_ctx *ctx,
					struct vz_error *err)
{
	struct vz_net_classes none = {};

	return set_classes(ctx, &none, err);
}

static void to_public(const struct vznet_class_net *net,
		      struct vz_net_class *class)
{
	struct vz_ip ip = { .family = net->family, .bits = net->prefixlen };
	char text[VZ_IP_TEXT];

	memcpy(ip.addr, net->addr, sizeof(ip.addr));
	class->class = net->class;
	snprintf(class->network, sizeof(class->network), "%s/%u",
		 vz_ip_format(&ip, text), net->prefixlen);
}

static ssize_t give_list(const struct vznet_class_net *nets, size_t n,
			 struct vz_net_class **list, struct vz_error *err)
{
	struct vz_net_class *v = calloc(n ? n : 1, sizeof(*v));
	size_t i;

	if (!v)
		return vz_fail_oom(err);
	for (i = 0; i < n; i++)
		to_public(&nets[i], &v[i]);
	*list = v;
	return n;
}

VZ_EXPORT ssize_t vz_ctx_net_classes(struct vz_ctx *ctx,
				     struct vz_net_class **list,
				     struct vz_error *err)
{
	autofree struct vznet_class_net *nets = NULL;
	struct vznet_class_list arg = {
		.size = sizeof(arg),
		.count = VZNET_CLASS_NETS_MAX,
	};
	int ret;

	nets = calloc(arg.count, sizeof(*nets));
	if (!nets)
		return vz_fail_oom(err);
	arg.nets = (uintptr_t)nets;
	ret = vz_vznet_ioctl(ctx, VZNET_IOC_CLASS_LIST, &arg, err);
	return ret ? ret : give_list(nets, arg.count, list, err);
}
