// SPDX-License-Identifier: GPL-2.0
/* Nothing is wrong with it; the wrong ones that are made from it are wrong in one thing each. */

#include "livepatch.h"

static struct klp_func funcs[] = {
	REPLACE("cmdline_proc_show", 0),
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

LIVEPATCH_MODULE(patch);
