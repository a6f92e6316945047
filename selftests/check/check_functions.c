// SPDX-License-Identifier: GPL-2.0
/* Each of its functions and objects is wrong. */

#include "livepatch.h"

static struct klp_func vmlinux[] = {
	REPLACE("cmdline_proc_shwo", 0),
	REPLACE("c_start", 0),
	REPLACE("c_start", 9),
	REPLACE("__schedule", 0),
	REPLACE("exc_page_fault", 0),
	REPLACE("__memcpy", 0),
	REPLACE("start_kernel", 0),
	REPLACE("saved_command_line", 0),
	REPLACE("__alloc_pages_slowpath", 0),
	REPLACE("raw_sock_no_ioctlcmd", 0),
	REPLACE("version_proc_show", 0),
	REPLACE("version_proc_show", 1),
	{ .old_name = "cmdline_proc_show" },
	{ }
};

static struct klp_func can_raw[] = {
	REPLACE("raw_sock_on_ioctlcmd", 0),
	REPLACE("can_send", 0),
	REPLACE("raw_bind", 2),
	{ }
};

static struct klp_func none[] = {
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = vmlinux },
	{ .name = "can_raw", .funcs = can_raw },
	{ .name = "can_raw", .funcs = none },
	{ .name = "can_rwa", .funcs = none },
	{ .name = "qqqqqqqqqqqqqqqq", .funcs = none },
	{ .name = "af_packet", .funcs = none },
	{ .name = "dm-raid", .funcs = none },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

LIVEPATCH_MODULE(patch);
