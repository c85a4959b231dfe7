// SPDX-License-Identifier: GPL-2.0-only
/* Events of the kernel module, from generic netlink. */
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "internal.h"

/* One message is parsed per read; its content waits in @msg. */
struct vz_events {
	struct nl_sock		*sock;
	int			family;
	bool			filled;
	struct vz_event_msg	msg;
};

static const struct vz_ub_resource *resource_by_name(const char *name)
{
	const struct vz_ub_resource *r = NULL;

	while ((r = vz_ub_next(r)))
		if (!strcmp(r->name, name))
			break;
	return r;
}

static uint64_t get_u64(const struct nlattr *attr)
{
	return attr ? nla_get_u64(attr) : 0;
}

/* Of a resource that only a newer module knows there is no name. */
static void fill_refusal(struct vz_event_msg *msg, struct nlattr **attrs)
{
	const struct vz_ub_resource *r =
		resource_by_name(nla_get_string(attrs[VZ_A_RESOURCE]));

	msg->refusal = (struct vz_ub_refusal){
		.time_ns = msg->time_ns,
		.held = get_u64(attrs[VZ_A_HELD]),
		.wanted = get_u64(attrs[VZ_A_WANTED]),
		.bound = get_u64(attrs[VZ_A_BOUND]),
		.resource = r ? r->number : VZ_UB_RESOURCES,
		.pid = msg->pid,
	};
	memcpy(msg->refusal.comm, msg->comm, sizeof(msg->refusal.comm));
}

static int fill_msg(struct vz_event_msg *msg, int type, struct nlattr **attrs)
{
	*msg = (struct vz_event_msg){ .type = type };
	if (!attrs[VZ_A_CTID])
		return -EPROTO;
	msg->ctid = nla_get_u32(attrs[VZ_A_CTID]);
	if (attrs[VZ_A_GENERATION])
		msg->generation = nla_get_u64(attrs[VZ_A_GENERATION]);
	if (attrs[VZ_A_TIME])
		msg->time_ns = nla_get_u64(attrs[VZ_A_TIME]);
	if (attrs[VZ_A_EXIT_REASON])
		msg->exit_reason = nla_get_u32(attrs[VZ_A_EXIT_REASON]);
	if (attrs[VZ_A_EXIT_CODE])
		msg->exit_code = nla_get_s32(attrs[VZ_A_EXIT_CODE]);
	if (attrs[VZ_A_INIT_PID])
		msg->pid = nla_get_s32(attrs[VZ_A_INIT_PID]);
	if (attrs[VZ_A_PID])
		msg->pid = nla_get_s32(attrs[VZ_A_PID]);
	if (attrs[VZ_A_COMM])
		nla_strlcpy(msg->comm, attrs[VZ_A_COMM], sizeof(msg->comm));
	if (attrs[VZ_A_LIMITS])
		msg->limits = nla_get_u32(attrs[VZ_A_LIMITS]);
	if (attrs[VZ_A_RESOURCE])
		fill_refusal(msg, attrs);
	return 0;
}

static int event_type(int command)
{
	switch (command) {
	case VZ_EVENT_CREATED:
		return VZ_EV_CREATED;
	case VZ_EVENT_STARTED:
		return VZ_EV_STARTED;
	case VZ_EVENT_STOPPED:
		return VZ_EV_STOPPED;
	case VZ_EVENT_DESTROYED:
		return VZ_EV_DESTROYED;
	case VZ_EVENT_OOM:
		return VZ_EV_OOM;
	case VZ_EVENT_LIMIT:
		return VZ_EV_LIMIT;
	case VZ_EVENT_REFUSED:
		return VZ_EV_REFUSED;
	}
	return 0;	/* of a newer module */
}

static int parse(struct nl_msg *nlmsg, void *data)
{
	static const struct nla_policy policy[VZ_A_MAX + 1] = {
		[VZ_A_CTID]		= { .type = NLA_U32 },
		[VZ_A_GENERATION]	= { .type = NLA_U64 },
		[VZ_A_TIME]		= { .type = NLA_U64 },
		[VZ_A_INIT_PID]		= { .type = NLA_S32 },
		[VZ_A_EXIT_REASON]	= { .type = NLA_U32 },
		[VZ_A_EXIT_CODE]	= { .type = NLA_S32 },
		[VZ_A_PID]		= { .type = NLA_S32 },
		[VZ_A_COMM]		= { .type = NLA_STRING },
		[VZ_A_LIMITS]		= { .type = NLA_U32 },
		[VZ_A_RESOURCE]		= { .type = NLA_STRING },
		[VZ_A_HELD]		= { .type = NLA_U64 },
		[VZ_A_WANTED]		= { .type = NLA_U64 },
		[VZ_A_BOUND]		= { .type = NLA_U64 },
	};
	struct nlmsghdr *nlh = nlmsg_hdr(nlmsg);
	struct nlattr *attrs[VZ_A_MAX + 1];
	struct vz_events *events = data;
	int type;

	if (nlh->nlmsg_type != events->family ||
	    genlmsg_parse(nlh, 0, attrs, VZ_A_MAX, policy) < 0)
		return NL_SKIP;
	type = event_type(genlmsg_hdr(nlh)->cmd);
	if (type && !fill_msg(&events->msg, type, attrs))
		events->filled = true;
	return NL_OK;
}

static int join_group(struct vz_events *events)
{
	int group, ret;

	ret = genl_connect(events->sock);
	if (ret)
		return ret;
	events->family = genl_ctrl_resolve(events->sock, VZ_GENL_NAME);
	if (events->family < 0)
		return events->family;
	group = genl_ctrl_resolve_grp(events->sock, VZ_GENL_NAME,
				      VZ_GENL_GROUP_EVENTS);
	if (group < 0)
		return group;
	nl_socket_disable_seq_check(events->sock);
	ret = nl_socket_modify_cb(events->sock, NL_CB_VALID, NL_CB_CUSTOM,
				  parse, events);
	if (!ret)
		ret = nl_socket_set_nonblocking(events->sock);
	return ret ? ret : nl_socket_add_membership(events->sock, group);
}

VZ_EXPORT int vz_events_open(struct vz_ctx *ctx, struct vz_events **events,
			     struct vz_error *err)
{
	struct vz_events *e = calloc(1, sizeof(*e));
	int ret;

	if (!e)
		return vz_fail_oom(err);
	e->sock = nl_socket_alloc();
	if (!e->sock) {
		free(e);
		return vz_fail_oom(err);
	}
	ret = join_group(e);
	if (ret) {
		vz_events_close(e);
		return vz_fail(err, VZ_E_BAD_KERNEL, ENOPROTOOPT,
			       "Unable to listen to container events: %s; is the module vzcore loaded?",
			       nl_geterror(ret));
	}
	*events = e;
	return 0;
}

VZ_EXPORT struct vz_events *vz_events_close(struct vz_events *events)
{
	if (events) {
		nl_socket_free(events->sock);
		free(events);
	}
	return NULL;
}

VZ_EXPORT int vz_events_fd(const struct vz_events *events)
{
	return nl_socket_get_fd(events->sock);
}

VZ_EXPORT int vz_events_read(struct vz_events *events,
			     struct vz_event_msg *msg, struct vz_error *err)
{
	int ret;

	events->filled = false;
	do {
		ret = nl_recvmsgs_default(events->sock);
	} while (!ret && !events->filled);
	if (events->filled) {
		*msg = events->msg;
		return 1;
	}
	if (ret == -NLE_AGAIN)
		return 0;
	if (ret == -NLE_NOMEM)
		return vz_fail(err, VZ_E_SYSTEM, ENOBUFS,
			       "Container events were lost");
	return vz_fail(err, VZ_E_SYSTEM, EIO,
		       "Unable to read container events: %s", nl_geterror(ret));
}
