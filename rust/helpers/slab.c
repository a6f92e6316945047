// SPDX-License-Identifier: GPL-2.0

#include <linux/slab.h>

#include "helpers.h"

void *livepatch_helper_kmalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags);
}
