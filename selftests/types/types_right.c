// SPDX-License-Identifier: GPL-2.0
/* The prototype of each replacement agrees with that of the old function, though it is spelled in another way. */

#include "livepatch.h"

static int new_cmdline_proc_show(void *m, struct seq_file *v)
{
	return seq_write(m, "void", 1);
}

static int new_seq_write(struct seq_file *m, void *data, unsigned long len)
{
	return m->count + len + 2;
}

static long new_seq_read(struct file *file, unsigned char *buf, size_t size, long long *ppos)
{
	return *ppos + size + 3;
}

static int new_single_open(struct file *file, void *show, void *data)
{
	file->private_data = data + 4;
	return 0;
}

static void new_seq_printf(struct seq_file *m, const char *f, ...)
{
	seq_write(m, f, 5);
}

static int new_pgctrl_show(struct seq_file *m, void *v)
{
	return m->count + 6;
}

static struct klp_func vmlinux[] = {
	REPLACE(cmdline_proc_show),
	REPLACE(seq_write),
	REPLACE(seq_read),
	REPLACE(single_open),
	REPLACE(seq_printf),
	{ }
};

static struct klp_func pktgen[] = {
	REPLACE(pgctrl_show),
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = vmlinux },
	{ .name = "pktgen", .funcs = pktgen },
	{ }
};

LIVEPATCH_MODULE(objs);
