// SPDX-License-Identifier: GPL-2.0-only
/* Messages between a caller and the helper processes of start and exec. */
#include <poll.h>
#include <sys/socket.h>

#include "core.h"

int vz_msg_pair(int sv[2], struct vz_error *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		return vz_fail_errno(err, VZ_E_SYSTEM, errno,
				     "Unable to make a socket pair");
	return 0;
}

int vz_msg_send(int sock, int type, int value, const struct vz_error *error,
		int fd)
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct vz_msg msg = { .type = type, .value = value };
	struct iovec iov = { .iov_base = &msg, .iov_len = sizeof(msg) };
	struct msghdr hdr = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (error)
		msg.error = *error;
	if (fd >= 0) {
		struct cmsghdr *cmsg;

		hdr.msg_control = control.buf;
		hdr.msg_controllen = sizeof(control.buf);
		cmsg = CMSG_FIRSTHDR(&hdr);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	}
	return sendmsg(sock, &hdr, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int wait_readable(int sock, unsigned int seconds)
{
	struct pollfd pfd = { .fd = sock, .events = POLLIN };
	int ret;

	do {
		ret = poll(&pfd, 1, seconds ? (int)seconds * 1000 : -1);
	} while (ret < 0 && errno == EINTR);
	if (ret < 0)
		return -errno;
	return ret ? 0 : -ETIMEDOUT;
}

int vz_msg_recv(int sock, unsigned int seconds, struct vz_msg *msg, int *fd)
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec iov = { .iov_base = msg, .iov_len = sizeof(*msg) };
	struct msghdr hdr = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *cmsg;
	ssize_t len;
	int ret;

	if (fd)
		*fd = -1;
	ret = wait_readable(sock, seconds);
	if (ret)
		return ret;
	len = recvmsg(sock, &hdr, MSG_CMSG_CLOEXEC);
	/* the other side left something unread; its own last words come now */
	if (len < 0 && errno == ECONNRESET)
		len = recvmsg(sock, &hdr, MSG_CMSG_CLOEXEC);
	if (len < 0)
		return -errno;
	if (!len)
		return 0;
	cmsg = CMSG_FIRSTHDR(&hdr);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS) {
		int got;

		memcpy(&got, CMSG_DATA(cmsg), sizeof(int));
		if (fd)
			*fd = got;
		else
			close(got);
	}
	if (len != sizeof(*msg))
		return -EPROTO;
	msg->error.text[sizeof(msg->error.text) - 1] = '\0';
	return 1;
}
