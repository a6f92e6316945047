// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/cmdline says what it said before, and then what /proc/version says, through
 * a static function, and with intel_idle the values of two variables of one name.
 */

#include <helpers/unexported.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>

LIVEPATCH_UNEXPORTED(vmlinux, saved_command_line, 0);

/* fs/proc/version.c */
int version_proc_show(struct seq_file *m, void *v);
LIVEPATCH_UNEXPORTED(vmlinux, version_proc_show, 0);

#ifdef CONFIG_INTEL_IDLE
/* The parameters of intel_idle and processor, in the order that the linker chose. */
extern unsigned int first_max_cstate;
LIVEPATCH_UNEXPORTED_AS(first_max_cstate, vmlinux, "max_cstate", 1);
extern unsigned int second_max_cstate;
LIVEPATCH_UNEXPORTED_AS(second_max_cstate, vmlinux, "max_cstate", 2);

static void show_max_cstates(struct seq_file *m)
{
	const unsigned int *const max_cstates[] = { &first_max_cstate, &second_max_cstate };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(max_cstates); i++)
		seq_printf(m, "max_cstate at %px is %u\n", max_cstates[i], *max_cstates[i]);
}
#else
static void show_max_cstates(struct seq_file *m)
{
}
#endif

int livepatch_cmdline_proc_show(struct seq_file *m, void *v);

int livepatch_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, saved_command_line);
	seq_putc(m, '\n');
	show_max_cstates(m);
	return version_proc_show(m, v);
}
