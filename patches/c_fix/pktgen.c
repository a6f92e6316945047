// SPDX-License-Identifier: GPL-2.0
/*
 * The files of pktgen's threads say what its static function and variable know.
 */

#include <helpers/unexported.h>
#include <linux/seq_file.h>

struct pktgen_dev;
struct pktgen_thread;

struct pktgen_dev *pktgen_find_dev(struct pktgen_thread *t, const char *ifname, bool exact);
LIVEPATCH_UNEXPORTED(pktgen, pktgen_find_dev, 0);

extern int pg_count_d;
LIVEPATCH_UNEXPORTED(pktgen, pg_count_d, 0);

int livepatch_pktgen_thread_show(struct seq_file *seq, void *v);

int livepatch_pktgen_thread_show(struct seq_file *seq, void *v)
{
	struct pktgen_dev *lo = pktgen_find_dev(seq->private, "lo", true);

	seq_printf(seq, "pg_count_d: %d, lo: %s\n", pg_count_d, lo ? "yes" : "no");
	return 0;
}
