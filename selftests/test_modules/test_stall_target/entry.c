// SPDX-License-Identifier: GPL-2.0

#include <helpers/entry.h>
#include <linux/seq_file.h>

LIVEPATCH_ENTRY(int, test_stall_target_show, (struct seq_file *m, void *v), (m, v));
