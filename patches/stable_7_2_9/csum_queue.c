// SPDX-License-Identifier: GPL-2.0-only
/*
 * nfqnl_enqueue_packet(), net/netfilter/nfnetlink_queue.c, with most of the functions that are
 * inlined into it.
 *
 * The function that upstream changes is inlined into __nfqnl_enqueue_packet(), which is large: what
 * it refuses now, with the same error, is refused before it is called.
 */

#include <helpers/unexported.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netfilter_bridge.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/gso.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_queue.h>
#include <net/netns/generic.h>

#include "csum_start.h"

/* The structures of nfnetlink_queue.c. */
struct nfqnl_instance {
	struct hlist_node hlist;
	struct rhashtable nfqnl_packet_map;
	struct rcu_work rwork;

	u32 peer_portid;
	unsigned int queue_maxlen;
	unsigned int copy_range;
	unsigned int queue_dropped;
	unsigned int queue_user_dropped;

	u_int16_t queue_num;
	u_int8_t copy_mode;
	u_int32_t flags;

	spinlock_t lock ____cacheline_aligned_in_smp;
	unsigned int queue_total;
	unsigned int id_sequence;
	struct list_head queue_list;
};

#define INSTANCE_BUCKETS 16

struct nfnl_queue_net {
	spinlock_t instances_lock;
	struct hlist_head instance_table[INSTANCE_BUCKETS];
};

extern unsigned int nfnl_queue_net_id;
LIVEPATCH_UNEXPORTED(nfnetlink_queue, nfnl_queue_net_id, 0);

int __nfqnl_enqueue_packet(struct net *net, struct nfqnl_instance *queue,
			   struct nf_queue_entry *entry);
LIVEPATCH_UNEXPORTED(nfnetlink_queue, __nfqnl_enqueue_packet, 0);

static struct nfqnl_instance *instance_lookup(struct nfnl_queue_net *q, u_int16_t queue_num)
{
	struct hlist_head *head;
	struct nfqnl_instance *inst;

	head = &q->instance_table[((queue_num >> 8) ^ queue_num) % INSTANCE_BUCKETS];
	hlist_for_each_entry_rcu(inst, head, hlist) {
		if (inst->queue_num == queue_num)
			return inst;
	}
	return NULL;
}

/* Whether what is to be copied to user space has a checksum that nobody could fill in. */
static bool has_bad_csum_start(const struct nfqnl_instance *queue, struct sk_buff *skb)
{
	if (READ_ONCE(queue->copy_mode) != NFQNL_COPY_PACKET ||
	    (queue->flags & NFQA_CFG_F_GSO) ||
	    skb->ip_summed != CHECKSUM_PARTIAL ||
	    skb->protocol != htons(ETH_P_IP))
		return false;

	return !pskb_network_may_pull(skb, sizeof(struct iphdr)) || ip_check_csum_start(skb);
}

static int enqueue_packet(struct net *net, struct nfqnl_instance *queue,
			  struct nf_queue_entry *entry)
{
	if (has_bad_csum_start(queue, entry->skb))
		return -ENOMEM;
	return __nfqnl_enqueue_packet(net, queue, entry);
}

static bool nf_ct_drop_unconfirmed(const struct nf_queue_entry *entry, bool *is_unconfirmed)
{
	struct nf_conn *ct = (void *)skb_nfct(entry->skb);

	if (!ct || nf_ct_is_confirmed(ct))
		return false;

	*is_unconfirmed = true;

	/* A clone of the packet has the same connection, which is not in the table yet. */
	return refcount_read(&ct->ct_general.use) > 1;
}

static struct nf_queue_entry *nf_queue_entry_dup(struct nf_queue_entry *e)
{
	struct nf_queue_entry *entry = kmemdup(e, e->size, GFP_ATOMIC);

	if (!entry)
		return NULL;

	if (nf_queue_entry_get_refs(entry))
		return entry;

	kfree(entry);
	return NULL;
}

static void nf_bridge_adjust_skb_data(struct sk_buff *skb)
{
	if (nf_bridge_info_get(skb))
		__skb_push(skb, skb_mac_header_len(skb));
}

static void nf_bridge_adjust_segmented_data(struct sk_buff *skb)
{
	if (nf_bridge_info_get(skb))
		__skb_pull(skb, skb_mac_header_len(skb));
}

static int enqueue_packet_gso(struct net *net, struct nfqnl_instance *queue,
			      struct sk_buff *skb, struct nf_queue_entry *entry)
{
	int ret = -ENOMEM;
	struct nf_queue_entry *entry_seg;

	nf_bridge_adjust_segmented_data(skb);

	/* The last one has the entry itself. */
	if (skb->next == NULL) {
		struct sk_buff *gso_skb = entry->skb;

		entry->skb = skb;
		ret = enqueue_packet(net, queue, entry);
		if (ret)
			entry->skb = gso_skb;
		return ret;
	}

	skb_mark_not_on_list(skb);

	entry_seg = nf_queue_entry_dup(entry);
	if (entry_seg) {
		entry_seg->skb = skb;
		ret = enqueue_packet(net, queue, entry_seg);
		if (ret)
			nf_queue_entry_free(entry_seg);
	}
	return ret;
}

int livepatch_nfqnl_enqueue_packet(struct nf_queue_entry *entry, unsigned int queuenum);

int livepatch_nfqnl_enqueue_packet(struct nf_queue_entry *entry, unsigned int queuenum)
{
	struct sk_buff *skb, *segs, *nskb;
	bool ct_is_unconfirmed = false;
	struct nfqnl_instance *queue;
	unsigned int queued;
	int err = -ENOBUFS;
	struct net *net = entry->state.net;
	struct nfnl_queue_net *q = net_generic(net, nfnl_queue_net_id);

	/* The caller holds the RCU read lock. */
	queue = instance_lookup(q, queuenum);
	if (!queue)
		return -ESRCH;

	if (queue->copy_mode == NFQNL_COPY_NONE)
		return -EINVAL;

	skb = entry->skb;

	switch (entry->state.pf) {
	case NFPROTO_IPV4:
		skb->protocol = htons(ETH_P_IP);
		break;
	case NFPROTO_IPV6:
		skb->protocol = htons(ETH_P_IPV6);
		break;
	}

	if (nf_ct_drop_unconfirmed(entry, &ct_is_unconfirmed))
		return -EINVAL;

	if (!skb_is_gso(skb) || ((queue->flags & NFQA_CFG_F_GSO) && !skb_is_gso_sctp(skb)))
		return enqueue_packet(net, queue, entry);

	nf_bridge_adjust_skb_data(skb);
	segs = skb_gso_segment(skb, 0);
	/* The caller knows few errors, and takes some for another thing. */
	if (IS_ERR_OR_NULL(segs))
		goto out_err;
	queued = 0;
	err = 0;

	skb_list_walk_safe(segs, segs, nskb) {
		/* The first one confirms the connection for all. */
		if (ct_is_unconfirmed && queued > 0)
			entry->nf_ct_is_unconfirmed = ct_is_unconfirmed;

		if (err == 0)
			err = enqueue_packet_gso(net, queue, segs, entry);
		if (err == 0)
			queued++;
		else
			kfree_skb(segs);
	}

	if (queued) {
		if (err) /* others are queued already */
			nf_queue_entry_free(entry);
		kfree_skb(skb);
		return 0;
	}
 out_err:
	nf_bridge_adjust_segmented_data(skb);
	return err;
}
