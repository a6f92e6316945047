// SPDX-License-Identifier: GPL-2.0
/*
 * The files of pktgen's threads say what its static function and variable say.
 */

#include <helpers/unexported.h>
#include <linux/seq_file.h>

int pgctrl_show(struct seq_file *seq, void *v);
LIVEPATCH_UNEXPORTED(pktgen, pgctrl_show, 0);

extern int pg_count_d;
LIVEPATCH_UNEXPORTED(pktgen, pg_count_d, 0);

int livepatch_pktgen_thread_show(struct seq_file *seq, void *v);

int livepatch_pktgen_thread_show(struct seq_file *seq, void *v)
{
	seq_printf(seq, "pg_count_d: %d\n", pg_count_d);
	return pgctrl_show(seq, v);
}
