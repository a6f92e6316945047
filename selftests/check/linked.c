// SPDX-License-Identifier: GPL-2.0
/* Uses a symbol of the kernel and one of a module, as it should; what is made from it is wrong in one thing each. */

#include "livepatch.h"
#include <helpers/unexported.h>

extern char *saved_command_line;
LIVEPATCH_UNEXPORTED(vmlinux, saved_command_line, 0);
extern char raw_notifier_list[];
LIVEPATCH_UNEXPORTED(can_raw, raw_notifier_list, 0);

static int replacement_of_kernel(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", saved_command_line);
	return replacement(m, v);
}

static int replacement_of_module(struct seq_file *m, void *v)
{
	seq_printf(m, "%px\n", raw_notifier_list);
	return 0;
}

static struct klp_func vmlinux[] = {
	{ .old_name = "cmdline_proc_show", .new_func = replacement_of_kernel },
	{ }
};

static struct klp_func can_raw[] = {
	{ .old_name = "raw_bind", .new_func = replacement_of_module },
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = vmlinux },
	{ .name = "can_raw", .funcs = can_raw },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

LIVEPATCH_MODULE(patch);
