/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C that Rust cannot call: inline functions and macros, one function each.
 *
 * helpers.c is linked into every module of ours.
 */

#ifndef LIVEPATCH_HELPERS_H
#define LIVEPATCH_HELPERS_H

#include <linux/gfp.h>
#include <linux/slab.h>

/* Values that are expressions of macros in C. */
static const gfp_t LIVEPATCH_GFP_KERNEL = GFP_KERNEL;
static const gfp_t LIVEPATCH_GFP_ATOMIC = GFP_ATOMIC;
static const gfp_t LIVEPATCH_GFP_NOWARN = __GFP_NOWARN;
static const size_t LIVEPATCH_KMALLOC_MINALIGN = ARCH_KMALLOC_MINALIGN;

void *livepatch_helper_kmalloc(size_t size, gfp_t flags);
void livepatch_helper_rcu_read_lock(void);
void livepatch_helper_rcu_read_unlock(void);

#endif /* LIVEPATCH_HELPERS_H */
