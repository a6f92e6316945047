// SPDX-License-Identifier: GPL-2.0

#include <linux/printk.h>

#include "helpers.h"

void livepatch_helper_printk(const char *level, const char *prefix, const char *text, int length)
{
	printk("%s%s: %.*s", level, prefix, length, text);
}

void livepatch_helper_printk_cont(const char *text, int length)
{
	printk(KERN_CONT "%.*s", length, text);
}
