/* SPDX-License-Identifier: GPL-2.0 */
/*
 * C that Rust cannot call: inline functions and macros, one function each.
 *
 * A file here has what belongs to one header of the kernel. The files that a module
 * uses are linked into it.
 */

#ifndef LIVEPATCH_HELPERS_H
#define LIVEPATCH_HELPERS_H

#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/kobject.h>
#include <linux/lockdep_types.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stddef.h>
#include <linux/workqueue.h>

/* Values that are expressions of macros in C. */
static const gfp_t LIVEPATCH_GFP_KERNEL = GFP_KERNEL;
static const gfp_t LIVEPATCH_GFP_ATOMIC = GFP_ATOMIC;
static const gfp_t LIVEPATCH_GFP_NOWARN = __GFP_NOWARN;
static const size_t LIVEPATCH_KMALLOC_MINALIGN = ARCH_KMALLOC_MINALIGN;
static const size_t LIVEPATCH_PAGE_SIZE = PAGE_SIZE;

/* Where a member is that is part of a union without a name in newer kernels. */
static const size_t LIVEPATCH_KOBJ_ATTRIBUTE_SHOW = offsetof(struct kobj_attribute, show);

struct task_struct *livepatch_helper_get_current(void);
void livepatch_helper_init_completion(struct completion *completion);
unsigned long livepatch_helper_init_once_lock(void);
void livepatch_helper_init_once_unlock(unsigned long flags);
void livepatch_helper_init_work(struct work_struct *work, work_func_t func);
void *livepatch_helper_kmalloc(size_t size, gfp_t flags);
void livepatch_helper_mutex_init(struct mutex *mutex, struct lock_class_key *key);
void livepatch_helper_mutex_lock(struct mutex *mutex);
void livepatch_helper_printk(const char *level, const char *prefix, const char *text, int length);
void livepatch_helper_printk_cont(const char *text, int length);
void livepatch_helper_rcu_read_lock(void);
void livepatch_helper_rcu_read_unlock(void);
bool livepatch_helper_schedule_work(struct work_struct *work);
pid_t livepatch_helper_task_tgid_vnr(struct task_struct *task);

#endif /* LIVEPATCH_HELPERS_H */
