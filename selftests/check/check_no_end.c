// SPDX-License-Identifier: GPL-2.0
/* Its table of functions does not end. */

#include "livepatch.h"

static struct klp_func funcs[] = {
	REPLACE("cmdline_proc_show", 0),
	REPLACE("version_proc_show", 0),
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
