// SPDX-License-Identifier: GPL-2.0
/*
 * The queues of a container's device: per processor (up to VENET_QUEUES_MAX)
 * one ring for each direction, emptied by one NAPI context.
 *
 * Rings are bounded, so what a container makes wait is, too; packets stay
 * charged to the socket that sent them while they wait.
 */
#include <linux/netdevice.h>
#include <linux/ptr_ring.h>
#include <linux/slab.h>
#include "vznet.h"

/* Packets that wait in one ring at most */
#define VENET_RING_SIZE		512

/* A power of two */
#define VENET_QUEUES_MAX	8

/**
 * struct venet_queue - one processor's queues of a device
 * @ring: packets that wait, by enum venet_direction
 * @open: the device is up; changed under the producer locks of both rings
 * @napi: takes the packets out
 *
 * The rings of a device that is down are empty: what waited there for ever
 * would hold the socket, and so the network namespace, that it came from.
 */
struct venet_queue {
	struct ptr_ring		ring[VENET_DIRECTIONS];
	bool			open;
	struct napi_struct	napi;
};

static unsigned int venet_queues(void)
{
	return min_t(unsigned int, nr_cpu_ids, VENET_QUEUES_MAX);
}

static int venet_ring_drain(struct venet_queue *q, enum venet_direction dir,
			    int budget)
{
	struct sk_buff *skb;
	int done;

	for (done = 0; done < budget; done++) {
		skb = __ptr_ring_consume(&q->ring[dir]);
		if (!skb)
			break;
		if (dir == VENET_OUT)
			venet_forward(q->napi.dev, skb);
		else
			venet_receive(q->napi.dev, skb);
	}
	return done;
}

/* Half of the turn is for each direction, so neither starves. */
static int venet_queue_drain(struct venet_queue *q, int budget)
{
	int done;

	done = venet_ring_drain(q, VENET_OUT, budget / 2);
	done += venet_ring_drain(q, VENET_IN, budget - done);
	/* what the other one did not need */
	if (done >= budget / 2)
		done += venet_ring_drain(q, VENET_OUT, budget - done);
	return done;
}

static int venet_poll(struct napi_struct *napi, int budget)
{
	struct venet_queue *q = container_of(napi, struct venet_queue, napi);
	int done = venet_queue_drain(q, budget);

	/* who puts something in now schedules us again */
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

/**
 * venet_queue_put - let a packet wait for its turn
 * @queues: queues of the device
 * @dir: direction
 * @skb: packet
 *
 * Context: bottom halves off.
 * Return: false when the ring is full or the device is down; the packet is
 * still the caller's.
 */
bool venet_queue_put(struct venet_queue *queues, enum venet_direction dir,
		     struct sk_buff *skb)
{
	struct venet_queue *q = &queues[smp_processor_id() % VENET_QUEUES_MAX];
	struct ptr_ring *ring = &q->ring[dir];

	scoped_guard(spinlock, &ring->producer_lock)
		if (!q->open || __ptr_ring_produce(ring, skb))
			return false;
	napi_schedule(&q->napi);
	return true;
}

static void venet_skb_free(void *skb)
{
	kfree_skb(skb);
}

static void venet_queue_cleanup(struct venet_queue *q)
{
	ptr_ring_cleanup(&q->ring[VENET_IN], venet_skb_free);
	ptr_ring_cleanup(&q->ring[VENET_OUT], venet_skb_free);
}

static int venet_queue_init(struct venet_queue *q)
{
	int err;

	err = ptr_ring_init(&q->ring[VENET_OUT], VENET_RING_SIZE,
			    GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	err = ptr_ring_init(&q->ring[VENET_IN], VENET_RING_SIZE,
			    GFP_KERNEL_ACCOUNT);
	if (err)
		ptr_ring_cleanup(&q->ring[VENET_OUT], NULL);
	return err;
}

/**
 * venet_queues_create - make the queues of a device
 * @dev: device
 *
 * Return: the queues or NULL.
 */
struct venet_queue *venet_queues_create(struct net_device *dev)
{
	struct venet_queue *queues;
	unsigned int i;

	queues = kcalloc(venet_queues(), sizeof(*queues), GFP_KERNEL_ACCOUNT);
	if (!queues)
		return NULL;
	for (i = 0; i < venet_queues(); i++)
		if (venet_queue_init(&queues[i]))
			goto err_cleanup;
	for (i = 0; i < venet_queues(); i++)
		netif_napi_add(dev, &queues[i].napi, venet_poll);
	return queues;

err_cleanup:
	while (i--)
		venet_queue_cleanup(&queues[i]);
	kfree(queues);
	return NULL;
}

/**
 * venet_queues_detach - take the queues from their device
 * @queues: queues; a grace period has to follow before venet_queues_destroy()
 */
void venet_queues_detach(struct venet_queue *queues)
{
	unsigned int i;

	for (i = 0; i < venet_queues(); i++)
		__netif_napi_del(&queues[i].napi);
}

/**
 * venet_queues_destroy - remove the queues and what waits in them
 * @queues: queues; nobody can reach them any more
 */
void venet_queues_destroy(struct venet_queue *queues)
{
	unsigned int i;

	for (i = 0; i < venet_queues(); i++)
		venet_queue_cleanup(&queues[i]);
	kfree(queues);
}

static void venet_queue_set_open(struct venet_queue *q, bool open)
{
	spin_lock_bh(&q->ring[VENET_OUT].producer_lock);
	spin_lock_nested(&q->ring[VENET_IN].producer_lock,
			 SINGLE_DEPTH_NESTING);
	q->open = open;
	spin_unlock(&q->ring[VENET_IN].producer_lock);
	spin_unlock_bh(&q->ring[VENET_OUT].producer_lock);
}

static void venet_ring_purge(struct ptr_ring *ring)
{
	struct sk_buff *skb;

	while ((skb = ptr_ring_consume_bh(ring)))
		kfree_skb(skb);
}

/**
 * venet_queues_start - take packets from now on
 * @queues: queues of a device that comes up
 */
void venet_queues_start(struct venet_queue *queues)
{
	unsigned int i;

	for (i = 0; i < venet_queues(); i++) {
		napi_enable(&queues[i].napi);
		venet_queue_set_open(&queues[i], true);
	}
}

/**
 * venet_queues_stop - take no more packets, forget those that wait
 * @queues: queues of a device that goes down
 */
void venet_queues_stop(struct venet_queue *queues)
{
	unsigned int i;

	for (i = 0; i < venet_queues(); i++) {
		venet_queue_set_open(&queues[i], false);
		napi_disable(&queues[i].napi);
		venet_ring_purge(&queues[i].ring[VENET_OUT]);
		venet_ring_purge(&queues[i].ring[VENET_IN]);
	}
}
