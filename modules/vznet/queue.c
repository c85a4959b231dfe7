// SPDX-License-Identifier: GPL-2.0
/*
 * The queues of the containers' devices, and whose turn it is.
 *
 * A device has a queue for each direction on each processor.  Who puts a
 * packet into one is on that processor; so are, as a rule, those who take it
 * out: one NAPI context of the processor serves all queues in which something
 * waits, in turn and a few packets of each.  Queues are bounded, so what a
 * container makes wait is, too; packets stay charged to the socket that sent
 * them while they wait.
 *
 * With a NAPI context of each device instead, a packet that causes another one
 * (an answer, a packet forwarded by the host) makes the softirq start over for
 * it; up to kernel 6.3 or when there are many that means to wait for ksoftirqd.
 */
#include <linux/delay.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include "vznet.h"

/* Packets that wait in one queue at most */
#define VENET_QUEUE_SIZE	512

/* Packets of one queue before the next one has its turn */
#define VENET_TURN		16

/**
 * struct venet_queue - packets of a device for one direction
 * @packets: they; its own lock is not used
 * @node: link in venet_turns.waiting while there are any
 * @open: the device is up
 * @dir: direction
 * @dev: device
 *
 * All is protected by the lock of the processor's venet_turns, @dir and @dev
 * are constant.  The queues of a device that is down are empty: what waited
 * there for ever would hold the socket, and so the network namespace, that it
 * came from.
 */
struct venet_queue {
	struct sk_buff_head	packets;
	struct list_head	node;
	bool			open;
	enum venet_direction	dir;
	struct net_device	*dev;
};

/** struct venet_queues - one processor's queues of a device, by direction */
struct venet_queues {
	struct venet_queue	queue[VENET_DIRECTIONS];
};

/**
 * struct venet_turns - whose turn it is on a processor
 * @lock: protects the queues of the processor and what follows
 * @waiting: queues in which packets wait, the next one first
 * @scheduled: the NAPI context will have a look at them
 * @serving: device whose packets are being delivered; set under the lock,
 *	cleared without it when they are
 * @napi: serves them; only it changes @serving
 */
struct venet_turns {
	spinlock_t		lock;	/* protects what follows */
	struct list_head	waiting;
	bool			scheduled;
	struct net_device	*serving;
	struct napi_struct	napi;
};

static DEFINE_PER_CPU(struct venet_turns, venet_turns);

static void venet_queue_move(struct venet_queue *q, struct sk_buff_head *to,
			     unsigned int max)
{
	if (skb_queue_len(&q->packets) <= max) {
		skb_queue_splice_init(&q->packets, to);
		return;
	}
	while (max--)
		__skb_queue_tail(to, __skb_dequeue(&q->packets));
}

/*
 * Takes at most @max packets of the queue whose turn it is.  Its device does
 * not go down before venet_turn_deliver() is done with them.
 */
static struct net_device *venet_turn_take(struct venet_turns *turns, int max,
					  struct sk_buff_head *packets,
					  enum venet_direction *dir)
{
	struct venet_queue *q;

	guard(spinlock)(&turns->lock);
	q = list_first_entry_or_null(&turns->waiting, struct venet_queue, node);
	if (!q) {
		turns->scheduled = false;
		return NULL;
	}
	venet_queue_move(q, packets, max);
	if (skb_queue_empty(&q->packets))
		list_del_init(&q->node);
	else
		list_move_tail(&q->node, &turns->waiting);
	WRITE_ONCE(turns->serving, q->dev);
	*dir = q->dir;
	return q->dev;
}

static int venet_turn_deliver(struct venet_turns *turns,
			      struct net_device *dev, enum venet_direction dir,
			      struct sk_buff_head *packets)
{
	struct sk_buff *skb;
	int done;

	for (done = 0; (skb = __skb_dequeue(packets)); done++) {
		if (dir == VENET_OUT)
			venet_forward(dev, skb);
		else
			venet_receive(dev, skb);
	}
	/* pairs with venet_turns_wait() */
	smp_store_release(&turns->serving, NULL);
	return done;
}

static int venet_poll(struct napi_struct *napi, int budget)
{
	struct sk_buff_head packets;
	enum venet_direction dir;
	struct venet_turns *turns;
	struct net_device *dev;
	int done = 0;

	turns = container_of(napi, struct venet_turns, napi);
	__skb_queue_head_init(&packets);
	while (done < budget) {
		dev = venet_turn_take(turns, min(budget - done, VENET_TURN),
				      &packets, &dir);
		if (!dev) {
			napi_complete_done(napi, done);
			break;
		}
		done += venet_turn_deliver(turns, dev, dir, &packets);
	}
	return done;
}

/**
 * venet_queue_put - let a packet wait for its turn
 * @queues: queues of the device
 * @dir: direction
 * @skb: packet
 *
 * Context: bottom halves off.
 * Return: false when the queue is full or the device is down; the packet is
 * still the caller's.
 */
bool venet_queue_put(struct venet_queues __percpu *queues,
		     enum venet_direction dir, struct sk_buff *skb)
{
	struct venet_queue *q = &this_cpu_ptr(queues)->queue[dir];
	struct venet_turns *turns = this_cpu_ptr(&venet_turns);

	scoped_guard(spinlock, &turns->lock) {
		if (!q->open || skb_queue_len(&q->packets) >= VENET_QUEUE_SIZE)
			return false;
		__skb_queue_tail(&q->packets, skb);
		if (list_empty(&q->node))
			list_add_tail(&q->node, &turns->waiting);
		if (turns->scheduled)
			return true;
		turns->scheduled = true;
	}
	napi_schedule(&turns->napi);
	return true;
}

static void venet_queue_init(struct venet_queue *q, enum venet_direction dir,
			     struct net_device *dev)
{
	__skb_queue_head_init(&q->packets);
	INIT_LIST_HEAD(&q->node);
	q->dir = dir;
	q->dev = dev;
}

/**
 * venet_queues_create - make the queues of a device
 * @dev: device
 *
 * Return: the queues or NULL.
 */
struct venet_queues __percpu *venet_queues_create(struct net_device *dev)
{
	struct venet_queues __percpu *queues;
	struct venet_queues *q;
	int cpu;

	queues = alloc_percpu_gfp(struct venet_queues, GFP_KERNEL_ACCOUNT);
	if (!queues)
		return NULL;
	for_each_possible_cpu(cpu) {
		q = per_cpu_ptr(queues, cpu);
		venet_queue_init(&q->queue[VENET_OUT], VENET_OUT, dev);
		venet_queue_init(&q->queue[VENET_IN], VENET_IN, dev);
	}
	return queues;
}

/**
 * venet_queues_destroy - remove the queues, which are closed
 * @queues: queues; nobody can reach them any more
 */
void venet_queues_destroy(struct venet_queues __percpu *queues)
{
	free_percpu(queues);
}

static void venet_queue_open(struct venet_queue *q,
			     struct sk_buff_head *packets)
{
	q->open = true;
}

static void venet_queue_close(struct venet_queue *q,
			      struct sk_buff_head *packets)
{
	q->open = false;
	list_del_init(&q->node);
	skb_queue_splice_init(&q->packets, packets);
}

static void venet_queues_each(struct venet_queues __percpu *queues,
			      void (*fn)(struct venet_queue *q,
					 struct sk_buff_head *packets))
{
	struct sk_buff_head packets;
	struct venet_turns *turns;
	struct venet_queues *q;
	int cpu;

	__skb_queue_head_init(&packets);
	for_each_possible_cpu(cpu) {
		q = per_cpu_ptr(queues, cpu);
		turns = per_cpu_ptr(&venet_turns, cpu);
		spin_lock_bh(&turns->lock);
		fn(&q->queue[VENET_OUT], &packets);
		fn(&q->queue[VENET_IN], &packets);
		spin_unlock_bh(&turns->lock);
	}
	__skb_queue_purge(&packets);
}

/**
 * venet_queues_start - take packets from now on
 * @queues: queues of a device that comes up
 */
void venet_queues_start(struct venet_queues __percpu *queues)
{
	venet_queues_each(queues, venet_queue_open);
}

/* Waits for what a processor has taken out of a closed queue of a device. */
static void venet_turns_wait(struct venet_turns *turns,
			     const struct net_device *dev)
{
	/* pairs with venet_turn_deliver() */
	while (smp_load_acquire(&turns->serving) == dev)
		usleep_range(20, 200);
}

/**
 * venet_queues_stop - take no more packets, forget those that wait
 * @queues: queues of a device that goes down
 * @dev: that device
 *
 * When this returns no packet of the queues is on its way any more.
 */
void venet_queues_stop(struct venet_queues __percpu *queues,
		       const struct net_device *dev)
{
	int cpu;

	venet_queues_each(queues, venet_queue_close);
	for_each_possible_cpu(cpu)
		venet_turns_wait(per_cpu_ptr(&venet_turns, cpu), dev);
}

/**
 * venet_turns_init - be ready to serve queues
 * @host: the host's device, not registered yet
 */
void venet_turns_init(struct net_device *host)
{
	struct venet_turns *turns;
	int cpu;

	for_each_possible_cpu(cpu) {
		turns = per_cpu_ptr(&venet_turns, cpu);
		spin_lock_init(&turns->lock);
		INIT_LIST_HEAD(&turns->waiting);
		netif_napi_add(host, &turns->napi, venet_poll);
		napi_enable(&turns->napi);
	}
}

/**
 * venet_turns_exit - serve no more
 *
 * No device has queues any more, and the host's one is not freed yet.
 */
void venet_turns_exit(void)
{
	struct venet_turns *turns;
	int cpu;

	for_each_possible_cpu(cpu) {
		turns = per_cpu_ptr(&venet_turns, cpu);
		napi_disable(&turns->napi);
		netif_napi_del(&turns->napi);
	}
}
