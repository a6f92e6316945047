// SPDX-License-Identifier: GPL-2.0
/* Knows version 1 of a system state. */

#include "livepatch.h"

static struct klp_func funcs[] = {
	REPLACE("version_proc_show", 0),
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_state states[] = {
	{ .id = 7, .version = 1 },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.states = states,
	.replace = true,
};

LIVEPATCH_MODULE(patch);
