// SPDX-License-Identifier: GPL-2.0
/* Replaces all other livepatches. */

#include "livepatch.h"

static struct klp_func funcs[] = {
	REPLACE("version_proc_show", 0),
	{ }
};

static struct klp_object objs[] = {
	{ .funcs = funcs },
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = true,
};

LIVEPATCH_MODULE(patch);
