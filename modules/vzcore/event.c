// SPDX-License-Identifier: GPL-2.0
/*
 * Events of containers for those who listen on the host: generic netlink
 * family "vz", multicast group "events".
 */
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include <vz/event.h>
#include "event.h"
#include "vzcore.h"

static const struct genl_multicast_group vz_event_groups[] = {
	{ .name = VZ_GENL_GROUP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

/* It exists in the initial network namespace only. */
static struct genl_family vz_event_family = {
	.name		= VZ_GENL_NAME,
	.version	= VZ_GENL_VERSION,
	.maxattr	= VZ_A_MAX,
	.module		= THIS_MODULE,
	.mcgrps		= vz_event_groups,
	.n_mcgrps	= ARRAY_SIZE(vz_event_groups),
};

static int vz_event_put_oom(struct sk_buff *skb, const struct vz_event_msg *m)
{
	return nla_put_s32(skb, VZ_A_PID, m->pid) ?:
	       nla_put_string(skb, VZ_A_COMM, m->comm);
}

static int vz_event_put_stopped(struct sk_buff *skb,
				const struct vz_event_msg *m)
{
	return nla_put_u32(skb, VZ_A_EXIT_REASON, m->exit_reason) ?:
	       nla_put_s32(skb, VZ_A_EXIT_CODE, m->exit_code);
}

static int vz_event_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, VZ_A_PAD);
}

static int vz_event_put_refused(struct sk_buff *skb,
				const struct vz_refusal *r)
{
	return nla_put_string(skb, VZ_A_RESOURCE, r->resource) ?:
	       vz_event_put_u64(skb, VZ_A_HELD, r->held) ?:
	       vz_event_put_u64(skb, VZ_A_WANTED, r->wanted) ?:
	       vz_event_put_u64(skb, VZ_A_BOUND, r->bound) ?:
	       nla_put_s32(skb, VZ_A_PID, r->pid) ?:
	       nla_put_string(skb, VZ_A_COMM, r->comm);
}

static int vz_event_put(struct sk_buff *skb, const struct vz_event_msg *m)
{
	int err;

	err = nla_put_u32(skb, VZ_A_CTID, m->ctid) ?:
	      vz_event_put_u64(skb, VZ_A_GENERATION, m->generation) ?:
	      vz_event_put_u64(skb, VZ_A_TIME, m->time);
	if (err)
		return err;
	switch (m->event) {
	case VZ_EVENT_STARTED:
		return nla_put_s32(skb, VZ_A_INIT_PID, m->pid);
	case VZ_EVENT_STOPPED:
		return vz_event_put_stopped(skb, m);
	case VZ_EVENT_OOM:
		return vz_event_put_oom(skb, m);
	case VZ_EVENT_LIMIT:
		return nla_put_u32(skb, VZ_A_LIMITS, m->limits);
	case VZ_EVENT_REFUSED:
		return vz_event_put_refused(skb, m->refusal);
	default:
		return 0;
	}
}

/**
 * vz_event_send - tell the listeners
 * @m: the event
 *
 * An event that finds no memory is lost; netlink listeners have to cope with
 * losses anyway.
 *
 * Context: may sleep.
 */
void vz_event_send(const struct vz_event_msg *m)
{
	struct sk_buff *skb;
	void *hdr;

	if (!genl_has_listeners(&vz_event_family, &init_net, 0))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return;
	hdr = genlmsg_put(skb, 0, 0, &vz_event_family, 0, m->event);
	if (!hdr || vz_event_put(skb, m)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_multicast(&vz_event_family, skb, 0, 0, GFP_KERNEL);
}

/**
 * vz_event_ct - tell that the state of a container changed
 * @event: what happened
 * @ct: container
 *
 * The events of a container come in order.
 */
void vz_event_ct(enum vz_event event, const struct vz_ct *ct)
{
	struct vz_event_msg m = {
		.event = event,
		.ctid = ct->id,
		.generation = ct->generation,
		.time = ktime_get_real_ns(),
		.exit_reason = ct->exit_reason,
		.exit_code = ct->exit_code,
	};

	lockdep_assert_held(&vz_ct_lock);
	if (event == VZ_EVENT_STARTED)
		m.pid = pid_nr(ct->init_pid);
	vz_event_send(&m);
}

/* Of a container that the caller knows by its id. */
static void vz_event_send_id(struct vz_event_msg *m, u32 ctid)
{
	const struct vz_ct *ct;

	m->ctid = ctid;
	scoped_guard(rcu) {
		ct = vz_ct_of_id(ctid);
		if (ct)
			m->generation = ct->generation;
	}
	vz_event_send(m);
}

/**
 * vz_event_limit - tell that limits were reached
 * @ctid: container
 * @limits: enum vz_limit
 *
 * Context: may sleep.
 */
void vz_event_limit(u32 ctid, u32 limits)
{
	struct vz_event_msg m = {
		.event = VZ_EVENT_LIMIT,
		.time = ktime_get_real_ns(),
		.limits = limits,
	};

	vz_event_send_id(&m, ctid);
}
EXPORT_SYMBOL_GPL(vz_event_limit);

/**
 * vz_event_refused - tell that a container did not get something
 * @ctid: container
 * @r: what
 *
 * Context: may sleep.
 */
void vz_event_refused(u32 ctid, const struct vz_refusal *r)
{
	struct vz_event_msg m = {
		.event = VZ_EVENT_REFUSED,
		.time = r->time,
		.refusal = r,
	};

	vz_event_send_id(&m, ctid);
}
EXPORT_SYMBOL_GPL(vz_event_refused);

/**
 * vz_event_init - register the family
 *
 * Return: 0 or a negative error.
 */
int vz_event_init(void)
{
	return genl_register_family(&vz_event_family);
}

/**
 * vz_event_exit - unregister the family
 */
void vz_event_exit(void)
{
	genl_unregister_family(&vz_event_family);
}
