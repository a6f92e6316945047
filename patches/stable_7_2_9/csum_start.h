/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What upstream's fix adds to include/net/ip.h.
 */

#ifndef STABLE_CSUM_START_H
#define STABLE_CSUM_START_H

#include <linux/errno.h>
#include <linux/skbuff.h>
#include <net/ip.h>

/* A checksum that is to be filled in begins behind the IP header, and never in it. */
static inline int ip_check_csum_start(const struct sk_buff *skb)
{
	if (unlikely(skb->csum_start < skb->network_header + ip_hdrlen(skb)))
		return -EINVAL;
	return 0;
}

#endif
