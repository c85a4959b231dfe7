// SPDX-License-Identifier: GPL-2.0
/*
 * How many rules of nftables a network namespace has.  The kernel gives modules
 * no list of them, so it is asked as nft(8) asks it.
 */
#include <linux/net.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include "vzubc.h"

/* No message of a dump is larger */
#define VZUB_NFT_BUFFER	SZ_32K

/* Attempts to see them all while others change them */
#define VZUB_NFT_TRIES	4

/**
 * struct vzub_nft_dump - what has been read
 * @rules: rules
 * @done: that was all
 * @changed: some were changed meanwhile
 */
struct vzub_nft_dump {
	int	rules;
	bool	done;
	bool	changed;
};

/* With an address: otherwise it is looked who has opened the socket. */
static int vzub_nft_ask(struct socket *sock)
{
	struct {
		struct nlmsghdr	header;
		struct nfgenmsg	family;
	} question = {
		.header = {
			.nlmsg_len = sizeof(question),
			.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 |
				      NFT_MSG_GETRULE,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.family = {
			.nfgen_family = NFPROTO_UNSPEC,
			.version = NFNETLINK_V0,
		},
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
	};
	struct kvec vec = { &question, sizeof(question) };

	return kernel_sendmsg(sock, &msg, &vec, 1, sizeof(question));
}

static void vzub_nft_count(struct vzub_nft_dump *dump, const void *data,
			   int len)
{
	const struct nlmsghdr *h;

	for (h = data; nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
		if (h->nlmsg_flags & NLM_F_DUMP_INTR)
			dump->changed = true;
		if (h->nlmsg_type == NLMSG_DONE ||
		    h->nlmsg_type == NLMSG_ERROR)
			dump->done = true;
		else
			dump->rules++;
	}
}

/* Whatever there is to be read is there already. */
static int vzub_nft_answer(struct socket *sock, void *buffer,
			   struct vzub_nft_dump *dump)
{
	int len;

	while (!dump->done) {
		struct kvec vec = { buffer, VZUB_NFT_BUFFER };
		struct msghdr msg = { };

		len = kernel_recvmsg(sock, &msg, &vec, 1, VZUB_NFT_BUFFER,
				     MSG_DONTWAIT);
		if (len <= 0)
			return len ?: -EIO;
		vzub_nft_count(dump, buffer, len);
	}
	return 0;
}

static int vzub_nft_dump(struct socket *sock, void *buffer)
{
	struct vzub_nft_dump dump;
	int i, err;

	for (i = 0; i < VZUB_NFT_TRIES; i++) {
		dump = (struct vzub_nft_dump){ };
		err = vzub_nft_ask(sock);
		if (err >= 0)
			err = vzub_nft_answer(sock, buffer, &dump);
		if (err)
			return err;
		if (!dump.changed)
			break;
	}
	return dump.rules;
}

/**
 * vzub_nft_rules - count the rules of nftables
 * @net: network namespace, which the caller keeps
 *
 * Context: process; the caller has all rights in @net.
 * Return: how many there are, or a negative error.
 */
int vzub_nft_rules(struct net *net)
{
	void *buffer __free(kfree) = kmalloc(VZUB_NFT_BUFFER, GFP_KERNEL);
	struct socket *sock;
	int n;

	if (!buffer)
		return -ENOMEM;
	n = sock_create_kern(net, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER,
			     &sock);
	if (n)
		return n;
	n = vzub_nft_dump(sock, buffer);
	sock_release(sock);
	return n;
}
