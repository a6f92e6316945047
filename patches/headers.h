/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C declarations that few livepatches need, beside those of rust/bindings/bindings_helper.h.
 *
 * Sorted alphabetically. Each is there for every kernel that livepatches are built for.
 */

#include <linux/fs_context.h>
#include <linux/if_packet.h>
#include <linux/key-type.h>
#include <linux/key.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/netfilter.h>
#include <linux/netfilter/x_tables.h>
#include <linux/rtnetlink.h>
#include <linux/tc_ematch/tc_em_text.h>
#include <linux/textsearch.h>
#include <linux/user_namespace.h>
#include <net/netfilter/nf_queue.h>
#include <net/pkt_cls.h>
