// SPDX-License-Identifier: GPL-2.0

#include <linux/mutex.h>

#include "helpers.h"

void livepatch_helper_mutex_init(struct mutex *mutex, struct lock_class_key *key)
{
	__mutex_init(mutex, "livepatch::Mutex", key);
}

void livepatch_helper_mutex_lock(struct mutex *mutex)
{
	mutex_lock(mutex);
}
