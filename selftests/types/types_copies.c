// SPDX-License-Identifier: GPL-2.0
/* The old functions are inlined as well; and one of seq_file.c is, which the debug information of that file shows. */

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

static struct klp_func vmlinux[] = {
	REPLACE(seq_putc),
	{ }
};

static struct klp_func target[] = {
	REPLACE(types_inlined),
	REPLACE(types_called),
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = vmlinux },
	{ .name = "types_target", .funcs = target },
	{ }
};

LIVEPATCH_MODULE(objs);
