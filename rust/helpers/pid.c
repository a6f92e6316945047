// SPDX-License-Identifier: GPL-2.0

#include <linux/pid.h>
#include <linux/sched.h>

#include "helpers.h"

pid_t livepatch_helper_task_tgid_vnr(struct task_struct *task)
{
	return task_tgid_vnr(task);
}
