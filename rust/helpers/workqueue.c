// SPDX-License-Identifier: GPL-2.0

#include <linux/workqueue.h>

#include "helpers.h"

void livepatch_helper_init_work(struct work_struct *work, work_func_t func)
{
	INIT_WORK(work, func);
}

bool livepatch_helper_schedule_work(struct work_struct *work)
{
	return schedule_work(work);
}
