// SPDX-License-Identifier: GPL-2.0
/*
 * C that Rust cannot call: inline functions and macros, one function each.
 */

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "helpers.h"

struct task_struct *livepatch_helper_get_current(void)
{
	return current;
}

void livepatch_helper_init_completion(struct completion *completion)
{
	init_completion(completion);
}

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

void livepatch_helper_init_work(struct work_struct *work, work_func_t func)
{
	INIT_WORK(work, func);
}

void *livepatch_helper_kmalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags);
}

void livepatch_helper_mutex_init(struct mutex *mutex, struct lock_class_key *key)
{
	__mutex_init(mutex, "livepatch::Mutex", key);
}

void livepatch_helper_mutex_lock(struct mutex *mutex)
{
	mutex_lock(mutex);
}

void livepatch_helper_rcu_read_lock(void)
{
	rcu_read_lock();
}

void livepatch_helper_rcu_read_unlock(void)
{
	rcu_read_unlock();
}

bool livepatch_helper_schedule_work(struct work_struct *work)
{
	return schedule_work(work);
}

pid_t livepatch_helper_task_tgid_vnr(struct task_struct *task)
{
	return task_tgid_vnr(task);
}
