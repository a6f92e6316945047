// SPDX-License-Identifier: GPL-2.0
/* The prototype of each replacement differs in one thing from that of the old function. */

#include "livepatch.h"

/* Their bodies differ, or the compiler would make one of them. */

static int new_cmdline_proc_show(struct seq_file *m)
{
	return seq_write(m, "count", 1);
}

static int new_version_proc_show(struct inode *inode, void *v)
{
	return inode->i_mode + 2;
}

static int new_seq_write(struct seq_file *m, const void *data, unsigned int len)
{
	return m->count + len + 3;
}

static ssize_t new_seq_read(struct file *file, char __user *buf, long size, loff_t *ppos)
{
	return *ppos + size + 4;
}

static void new_single_open(struct file *file, int (*show)(struct seq_file *, void *), void *data)
{
	file->private_data = data + 5;
}

static void new_seq_printf(struct seq_file *m, const char *f)
{
	seq_write(m, f, 6);
}

static int new_seq_open(struct file *file, const struct file_operations *op)
{
	return file->f_flags + 7;
}

static int new_seq_path(struct seq_file *m, const struct path *path, const short *esc)
{
	return *esc + 8;
}

static int new_pgctrl_show(struct seq_file *m, void *v, int more)
{
	return more + 9;
}

static struct klp_func vmlinux[] = {
	REPLACE(cmdline_proc_show),
	REPLACE(version_proc_show),
	REPLACE(seq_write),
	REPLACE(seq_read),
	REPLACE(single_open),
	REPLACE(seq_printf),
	REPLACE(seq_open),
	REPLACE(seq_path),
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
