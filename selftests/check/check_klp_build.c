// SPDX-License-Identifier: GPL-2.0
/* In the form of the kernel's klp-build: sections, from which the init function makes the tables. */

#include "livepatch.h"

/* As in <linux/livepatch_external.h>, which is not there in every kernel. */
struct func_ext {
	const char *old_name;
	void *new_func;
	unsigned long sympos;
};

struct object_ext {
	const char *name;
	struct func_ext *funcs;
	struct {
		void *functions[4];
		bool post_unpatch_enabled;
	} callbacks;
	unsigned int nr_funcs;
};

static struct func_ext vmlinux[] __used __section(".init.klp_funcs") = {
	{ .old_name = "cmdline_proc_show", .new_func = replacement },
	{ .old_name = "cmdline_proc_shwo", .new_func = replacement },
};

static struct func_ext can_raw[] __used __section(".init.klp_funcs") = {
	{ .old_name = "raw_bind", .new_func = replacement, .sympos = 3 },
};

static struct object_ext objects[] __used __section(".init.klp_objects") = {
	{ .funcs = vmlinux, .nr_funcs = ARRAY_SIZE(vmlinux) },
	{ .name = "can_raw", .funcs = can_raw, .nr_funcs = ARRAY_SIZE(can_raw) },
};

static struct klp_patch patch;

LIVEPATCH_MODULE(patch);
