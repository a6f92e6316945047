// SPDX-License-Identifier: GPL-2.0
/*
 * What patches/shadow does, in C.
 */

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#define READS_ID 0x72656164

static int cmdline_proc_show(struct seq_file *m, void *v)
{
	atomic_t *reads;

	/* New variables are zero. */
	reads = klp_shadow_get_or_alloc(m, READS_ID, sizeof(*reads), GFP_KERNEL,
					NULL, NULL);
	if (!reads)
		return -ENOMEM;

	seq_printf(m, "read %u times\n", atomic_inc_return_relaxed(reads));
	return 0;
}

static int single_release_counted(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	const struct seq_operations *op = m->op;
	int result;

	klp_shadow_free(m, READS_ID, NULL);
	result = seq_release(inode, file);
	kfree(op);
	return result;
}

static void free_all(struct klp_object *obj)
{
	klp_shadow_free_all(READS_ID, NULL);
}

static struct klp_func funcs[] = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = cmdline_proc_show,
	},
	{
		.old_name = "single_release",
		.new_func = single_release_counted,
	},
	{ }
};

static struct klp_object objs[] = {
	{
		.funcs = funcs,
		.callbacks = {
			.post_unpatch = free_all,
		},
	},
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = true,
};

static int __init bench_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit bench_exit(void)
{
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("A shadow variable on struct seq_file");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
