// SPDX-License-Identifier: GPL-2.0-only
/* Route netlink sockets, in any network namespace. */
#include <fcntl.h>
#include <sched.h>

#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "nl.h"

/* How often a dump that others keep changing is asked for. */
#define DUMP_TRIES	32

/* The messages of an answer, one after the other. */
struct answer {
	char	*data;
	size_t	len;
	int	err;
};

struct vz_nl {
	struct nl_sock	*sock;
	int		refused;	/* errno of the kernel's last answer */
	char		why[128];
	struct answer	got;
};

/* The kernel's explanation follows what it repeats of the request. */
static void keep_words(struct vz_nl *nl, const struct nlmsgerr *e)
{
	const struct nlmsghdr *nlh = (const void *)((const char *)e -
						    NLMSG_HDRLEN);
	size_t off = sizeof(*e);
	struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		off += e->msg.nlmsg_len - NLMSG_HDRLEN;
	if (nlh->nlmsg_len < NLMSG_HDRLEN + NLMSG_ALIGN(off))
		return;
	attr = nla_find((void *)((char *)e + NLMSG_ALIGN(off)),
			nlh->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(off),
			NLMSGERR_ATTR_MSG);
	if (attr)
		nla_strlcpy(nl->why, attr, sizeof(nl->why));
}

/* The library's own numbers for errors tell less than errno. */
static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *data)
{
	struct vz_nl *nl = data;

	nl->refused = e->error;
	keep_words(nl, e);
	return -NLE_FAILURE;
}

static int keep_message(struct nl_msg *msg, void *data)
{
	const struct nlmsghdr *nlh = nlmsg_hdr(msg);
	size_t len = NLMSG_ALIGN(nlh->nlmsg_len);
	struct answer *got = data;
	char *grown = realloc(got->data, got->len + len);

	if (!grown) {
		got->err = -ENOMEM;
		return NL_OK;
	}
	got->data = grown;
	memset(grown + got->len, 0, len);
	memcpy(grown + got->len, nlh, nlh->nlmsg_len);
	got->len += len;
	return NL_OK;
}

static int set_up(struct vz_nl *nl)
{
	int on = 1, fd, ret;

	ret = nl_connect(nl->sock, NETLINK_ROUTE);
	if (ret)
		return ret;
	fd = nl_socket_get_fd(nl->sock);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	nl_socket_disable_auto_ack(nl->sock);
	ret = nl_socket_modify_err_cb(nl->sock, NL_CB_CUSTOM, on_error, nl);
	return ret ? ret : nl_socket_modify_cb(nl->sock, NL_CB_VALID,
					       NL_CB_CUSTOM, keep_message,
					       &nl->got);
}

static int connect_socket(struct vz_nl *nl, struct vz_error *err)
{
	int ret = set_up(nl);

	if (ret)
		return vz_fail(err, VZ_E_SYSTEM, EIO,
			       "Unable to open a route netlink socket: %s",
			       nl_geterror(ret));
	return 0;
}

/* A socket belongs for ever to the namespace that it was made in. */
static int connect_in(struct vz_nl *nl, int netns, struct vz_error *err)
{
	autoclose int own = open("/proc/thread-self/ns/net",
				 O_RDONLY | O_CLOEXEC);
	int ret;

	if (own < 0 || setns(netns, CLONE_NEWNET))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to enter a network namespace");
	ret = connect_socket(nl, err);
	if (setns(own, CLONE_NEWNET))
		ret = vz_fail_errno(err, VZ_E_SYSTEM, errno,
				    "Unable to return to the host's network namespace");
	return ret;
}

int vz_nl_open(int netns, struct vz_nl **nl, struct vz_error *err)
{
	struct vz_nl *n = calloc(1, sizeof(*n));
	int ret;

	if (!n)
		return vz_fail_oom(err);
	n->sock = nl_socket_alloc();
	if (!n->sock)
		ret = vz_fail_oom(err);
	else if (netns >= 0)
		ret = connect_in(n, netns, err);
	else
		ret = connect_socket(n, err);
	if (ret)
		vz_nl_close(n);
	else
		*nl = n;
	return ret;
}

void vz_nl_close(struct vz_nl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sock);
	free(nl->got.data);
	free(nl);
}

const char *vz_nl_why(const struct vz_nl *nl)
{
	return nl->why;
}

struct nl_msg *vz_nl_new(int type, int flags, const void *head, size_t len)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (msg && nlmsg_append(msg, (void *)head, len, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/* Sends a message; it may be sent again. */
static int send_message(struct vz_nl *nl, struct nl_msg *msg)
{
	nl->refused = 0;
	nl->why[0] = '\0';
	nl->got.len = 0;
	nl->got.err = 0;
	nlmsg_hdr(msg)->nlmsg_seq = NL_AUTO_SEQ;
	return nl_send_auto(nl->sock, msg);
}

/* The errno of what a call of the library returned. */
static int result(const struct vz_nl *nl, int ret)
{
	if (ret >= 0)
		return nl->got.err;
	if (nl->refused)
		return nl->refused;
	if (ret == -NLE_DUMP_INTR)
		return -EAGAIN;
	return ret == -NLE_NOMEM ? -ENOBUFS : -EIO;
}

int vz_nl_talk(struct vz_nl *nl, struct nl_msg *msg)
{
	int ret;

	if (!msg)
		return -ENOMEM;
	nlmsg_hdr(msg)->nlmsg_flags |= NLM_F_ACK;
	ret = send_message(nl, msg);
	nlmsg_free(msg);
	if (ret >= 0)
		ret = nl_wait_for_ack(nl->sock);
	return result(nl, ret);
}

static int hand_out(const struct answer *got, vz_nl_fn fn, void *data)
{
	size_t off = 0;
	int ret = 0;

	while (!ret && off < got->len) {
		struct nlmsghdr *nlh = (void *)(got->data + off);

		ret = fn(nlh, data);
		off += NLMSG_ALIGN(nlh->nlmsg_len);
	}
	return ret;
}

int vz_nl_ask(struct vz_nl *nl, struct nl_msg *msg, vz_nl_fn fn, void *data)
{
	int tries, ret = -EAGAIN;

	if (!msg)
		return -ENOMEM;
	for (tries = 0; ret == -EAGAIN && tries < DUMP_TRIES; tries++) {
		ret = send_message(nl, msg);
		if (ret >= 0)
			ret = nl_recvmsgs_default(nl->sock);
		ret = result(nl, ret);
	}
	nlmsg_free(msg);
	return ret ? ret : hand_out(&nl->got, fn, data);
}
