// SPDX-License-Identifier: GPL-2.0
/* In the form of kpatch-build: sections, from which the init function makes the tables. */

#include "livepatch.h"

struct func {
	unsigned long new_addr, new_size, old_addr, old_size, sympos;
	char *name, *objname;
};

static struct func funcs[] __used __section(".kpatch.funcs") = {
	{ .new_addr = (unsigned long)replacement, .name = "cmdline_proc_show", .objname = "vmlinux" },
	{ .new_addr = (unsigned long)replacement, .name = "cmdline_proc_shwo", .objname = "vmlinux" },
	{ .new_addr = (unsigned long)replacement, .name = "raw_bind", .objname = "can_raw", .sympos = 3 },
};

static struct klp_patch patch;

LIVEPATCH_MODULE(patch);
