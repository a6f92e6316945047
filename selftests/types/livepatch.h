/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the livepatches of this directory have in common.
 */

#ifndef TYPES_LIVEPATCH_H
#define TYPES_LIVEPATCH_H

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#define REPLACE(name)	{ .old_name = #name, .new_func = new_##name }

#define LIVEPATCH_MODULE(objs)					\
	static struct klp_patch patch = {			\
		.mod = THIS_MODULE,				\
		.objs = objs,					\
	};							\
	static int __init types_init(void)			\
	{							\
		return klp_enable_patch(&patch);		\
	}							\
	static void __exit types_exit(void) { }			\
	module_init(types_init);				\
	module_exit(types_exit);				\
	MODULE_DESCRIPTION("A livepatch for a test of klp-build check");	\
	MODULE_LICENSE("GPL");					\
	MODULE_INFO(livepatch, "Y")

#endif /* TYPES_LIVEPATCH_H */
