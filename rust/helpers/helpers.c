// SPDX-License-Identifier: GPL-2.0
/*
 * C that Rust cannot call: inline functions and macros, one function each.
 */

#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "helpers.h"

void *livepatch_helper_kmalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags);
}

void livepatch_helper_rcu_read_lock(void)
{
	rcu_read_lock();
}

void livepatch_helper_rcu_read_unlock(void)
{
	rcu_read_unlock();
}
