// SPDX-License-Identifier: GPL-2.0
/* Uses symbols that are not there, or not as it says. */

#include "livepatch.h"
#include <helpers/unexported.h>

extern char exported[];
LIVEPATCH_UNEXPORTED_AS(exported, vmlinux, "seq_write", 0);
extern char missing[];
LIVEPATCH_UNEXPORTED_AS(missing, vmlinux, "saved_command_lien", 0);
extern char ambiguous[];
LIVEPATCH_UNEXPORTED_AS(ambiguous, vmlinux, "c_start", 0);
extern char beyond[];
LIVEPATCH_UNEXPORTED_AS(beyond, vmlinux, "c_start", 9);
extern char can_rcv_list_find[];
LIVEPATCH_UNEXPORTED(can, can_rcv_list_find, 0);

static int replacement_of_kernel(struct seq_file *m, void *v)
{
	seq_printf(m, "%px %px %px %px %px\n", exported, missing, ambiguous, beyond, can_rcv_list_find);
	return replacement(m, v);
}

static struct klp_func funcs[] = {
	{ .old_name = "cmdline_proc_show", .new_func = replacement_of_kernel },
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

LIVEPATCH_MODULE(patch);
