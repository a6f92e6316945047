// SPDX-License-Identifier: GPL-2.0

#include <helpers/entry.h>
#include <linux/workqueue.h>

LIVEPATCH_ENTRY(void, busymod_work_func, (struct work_struct *work), (work));
