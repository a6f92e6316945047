// SPDX-License-Identifier: GPL-2.0
/* Its tables are made at run time. */

#include "livepatch.h"
#include <linux/slab.h>

static int __init check_init(void)
{
	struct klp_patch *patch = kzalloc(sizeof(*patch), GFP_KERNEL);

	if (!patch)
		return -ENOMEM;
	patch->mod = THIS_MODULE;
	patch->objs = kcalloc(2, sizeof(*patch->objs), GFP_KERNEL);
	if (!patch->objs)
		return -ENOMEM;
	patch->objs[0].funcs = kcalloc(2, sizeof(*patch->objs[0].funcs), GFP_KERNEL);
	if (!patch->objs[0].funcs)
		return -ENOMEM;
	patch->objs[0].funcs[0].old_name = "cmdline_proc_show";
	patch->objs[0].funcs[0].new_func = replacement;
	return klp_enable_patch(patch);
}

static void __exit check_exit(void) { }

module_init(check_init);
module_exit(check_exit);
MODULE_DESCRIPTION("A livepatch for a test of klp-build check");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
