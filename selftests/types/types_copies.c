// SPDX-License-Identifier: GPL-2.0
/*
 * The old functions are inlined as well, some of them wherever they are used. The debug information of the module shows it, or that of
 * seq_file.c, or call sites do.
 */

#include "livepatch.h"

static int new_types_inlined(int more)
{
	return more;
}

static int new_types_called(int more)
{
	return more + 1;
}

static void new_seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

static int new_types_gone(int more)
{
	return more + 2;
}

static long new_do_mount(const char *dev_name, const char __user *dir_name, const char *type_page,
			 unsigned long flags, void *data_page)
{
	return flags + 3;
}

static struct klp_func vmlinux[] = {
	REPLACE(do_mount),
	REPLACE(seq_putc),
	{ }
};

static struct klp_func target[] = {
	REPLACE(types_inlined),
	REPLACE(types_called),
	REPLACE(types_gone),
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = vmlinux },
	{ .name = "types_target", .funcs = target },
	{ }
};

LIVEPATCH_MODULE(objs);
