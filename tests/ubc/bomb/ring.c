// SPDX-License-Identifier: GPL-2.0-only
/* Files and sockets that the kernel makes by way of io_uring. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bomb.h"

static struct {
	int			fd;
	struct io_uring_params	params;
	char			*sq;
	char			*cq;
	struct io_uring_sqe	*sqe;
} ring = { .fd = -1 };

static char *map(size_t size, off_t offset)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd,
		    offset);
}

static int make_ring(void)
{
	ring.fd = syscall(SYS_io_uring_setup, 1, &ring.params);
	if (ring.fd < 0)
		return errno;
	ring.sq = map(ring.params.sq_off.array + sizeof(int),
		      IORING_OFF_SQ_RING);
	ring.cq = map(ring.params.cq_off.cqes + 2 * sizeof(struct io_uring_cqe),
		      IORING_OFF_CQ_RING);
	ring.sqe = (void *)map(sizeof(*ring.sqe), IORING_OFF_SQES);
	return 0;
}

/* Return: the result of the call in ring.sqe. */
static int call(void)
{
	unsigned int *tail = (void *)(ring.sq + ring.params.sq_off.tail);
	unsigned int *array = (void *)(ring.sq + ring.params.sq_off.array);
	unsigned int *mask = (void *)(ring.cq + ring.params.cq_off.ring_mask);
	unsigned int *head = (void *)(ring.cq + ring.params.cq_off.head);
	struct io_uring_cqe *cqe = (void *)(ring.cq + ring.params.cq_off.cqes);
	int result;

	array[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS,
		    NULL, 0) < 0)
		return -errno;
	result = cqe[*head & *mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}

static int prepare(int opcode)
{
	int err = ring.fd < 0 ? make_ring() : 0;

	if (err)
		return err;
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = opcode;
	return 0;
}

static int bomb_open(long n, long size)
{
	int err = prepare(IORING_OP_OPENAT), result;

	(void)n, (void)size;
	if (err)
		return err;
	ring.sqe->fd = AT_FDCWD;
	ring.sqe->addr = (unsigned long)"/dev/null";
	/* by a thread of the kernel's */
	ring.sqe->flags = n % 2 ? IOSQE_ASYNC : 0;
	result = call();
	return result < 0 ? -result : 0;
}

static int bomb_socket(long n, long size)
{
	int err = prepare(IORING_OP_SOCKET), result;

	(void)n, (void)size;
	if (err)
		return err;
	ring.sqe->fd = AF_UNIX;
	ring.sqe->off = SOCK_DGRAM;
	ring.sqe->flags = n % 2 ? IOSQE_ASYNC : 0;
	result = call();
	return result < 0 ? -result : 0;
}

const struct taker ring_bombs[] = {
	{ "ring-open", bomb_open, NULL },
	{ "ring-socket", bomb_socket, NULL },
	{ NULL },
};
