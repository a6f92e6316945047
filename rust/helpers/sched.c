// SPDX-License-Identifier: GPL-2.0

#include <linux/sched.h>

#include "helpers.h"

struct task_struct *livepatch_helper_get_current(void)
{
	return current;
}
