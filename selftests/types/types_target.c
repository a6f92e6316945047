// SPDX-License-Identifier: GPL-2.0
/* A module that is patched: the compiler inlines one of its functions, and keeps it for its address. */

#include <linux/init.h>
#include <linux/module.h>

static int calls;

static int types_inlined(int more)
{
	calls += more;
	return calls;
}

static noinline int types_called(int more)
{
	calls -= more;
	return calls;
}

/* All that use it are in this file, and have it inlined; but another file could use it. */
int types_gone(int more);
int types_gone(int more)
{
	calls ^= more;
	return calls;
}

static int (*address)(int) = types_inlined;
module_param_named(calls, calls, int, 0644);

int types_caller(int more);
int types_caller(int more)
{
	return types_inlined(more) + types_called(more + 1) + types_gone(more + 2);
}
EXPORT_SYMBOL_GPL(types_caller);

int types_other_caller(int more);
int types_other_caller(int more)
{
	return types_inlined(more) * 3 + READ_ONCE(address)(more);
}
EXPORT_SYMBOL_GPL(types_other_caller);

static int __init types_target_init(void)
{
	return types_inlined(1) > 1 ? -EINVAL : 0;
}

static void __exit types_target_exit(void) { }

module_init(types_target_init);
module_exit(types_target_exit);
MODULE_DESCRIPTION("A module that is patched, for a test of klp-build check");
MODULE_LICENSE("GPL");
