// SPDX-License-Identifier: GPL-2.0
/*
 * What patches/parameter does, in C.
 */

#include <linux/livepatch.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/string.h>

static unsigned int times = 1;
module_param(times, uint, 0644);
MODULE_PARM_DESC(times, "how often to say it");

static char text[64] = "live patched";
module_param_string(text, text, sizeof(text), 0644);
MODULE_PARM_DESC(text, "what to say, up to 63 bytes");

static int cmdline_proc_show(struct seq_file *m, void *v)
{
	unsigned int left;

	for (left = min(READ_ONCE(times), 16U); left; left--) {
		kernel_param_lock(THIS_MODULE);
		seq_write(m, text, strlen(text));
		kernel_param_unlock(THIS_MODULE);
		seq_write(m, "\n", 1);
	}
	return 0;
}

static struct klp_func funcs[] = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = cmdline_proc_show,
	},
	{ }
};

static struct klp_object objs[] = {
	{
		.funcs = funcs,
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
MODULE_DESCRIPTION("Module parameters of a livepatch");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
