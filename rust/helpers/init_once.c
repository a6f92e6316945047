// SPDX-License-Identifier: GPL-2.0

#include <linux/spinlock.h>

#include "helpers.h"

/* Held for the short time in which an object of a static is initialised. */
static DEFINE_RAW_SPINLOCK(init_once_lock);

unsigned long livepatch_helper_init_once_lock(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&init_once_lock, flags);
	return flags;
}

void livepatch_helper_init_once_unlock(unsigned long flags)
{
	raw_spin_unlock_irqrestore(&init_once_lock, flags);
}
