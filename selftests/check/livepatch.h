/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the modules of this directory have in common.
 */

#ifndef CHECK_LIVEPATCH_H
#define CHECK_LIVEPATCH_H

#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

/* What replaces every function: none of these modules is ever loaded. */
static int replacement(struct seq_file *m, void *v)
{
	seq_puts(m, THIS_MODULE->name);
	return 0;
}

#define REPLACE(name, sympos)	{ .old_name = name, .new_func = replacement, .old_sympos = sympos }

#define LIVEPATCH_MODULE(patch)					\
	static int __init check_init(void)			\
	{							\
		return klp_enable_patch(&patch);		\
	}							\
	static void __exit check_exit(void) { }			\
	module_init(check_init);				\
	module_exit(check_exit);				\
	MODULE_DESCRIPTION("A livepatch for a test of klp-build check");	\
	MODULE_LICENSE("GPL");					\
	MODULE_INFO(livepatch, "Y")

#endif /* CHECK_LIVEPATCH_H */
