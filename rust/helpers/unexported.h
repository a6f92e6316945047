/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions and variables that the kernel, or a module of it, does not export.
 *
 * C beside a livepatch's main.rs declares them as the kernel's own C does, in its
 * own words or by including the header, and then says where they are:
 *
 *	#include <helpers/unexported.h>
 *	#include <linux/init.h>
 *
 *	int version_proc_show(struct seq_file *m, void *v);
 *	LIVEPATCH_UNEXPORTED(vmlinux, version_proc_show, 0);
 *	LIVEPATCH_UNEXPORTED(vmlinux, saved_command_line, 0);
 *
 * From there on, the name stands for the kernel's: klp-build link turns each use
 * into a klp relocation, which the livepatch core resolves. A module that was not
 * linked so cannot be loaded. The macro comes before the first use in the file.
 */

#ifndef LIVEPATCH_UNEXPORTED_H
#define LIVEPATCH_UNEXPORTED_H

#include <linux/stringify.h>

/**
 * LIVEPATCH_UNEXPORTED - have a declared name mean a symbol that is not exported
 * @object: where the symbol is: vmlinux, or a module as /proc/modules spells it
 * @symbol: the name, a function's or a variable's that is declared
 * @sympos: which of several symbols of the name in the object, from 1 in the order
 *          of kallsyms; 0 if there is one only
 *
 * The symbols of a module are there when the module is, so code may use them where
 * the kernel calls it for that module: in the replacements and callbacks of that
 * object, which has to be one of the livepatch's.
 */
#define LIVEPATCH_UNEXPORTED(object, symbol, sympos)			\
	extern typeof(symbol) symbol					\
	__asm__("livepatch_unexported." #object "." __stringify(sympos) "." #symbol)

/**
 * LIVEPATCH_UNEXPORTED_AS - the same for a symbol that C calls otherwise
 * @name: the name in C, which is declared
 * @object: as above
 * @symbol: the name in the kernel, a string: "foo.isra.0"
 * @sympos: as above
 */
#define LIVEPATCH_UNEXPORTED_AS(name, object, symbol, sympos)		\
	extern typeof(name) name					\
	__asm__("livepatch_unexported." #object "." __stringify(sympos) "." symbol)

#endif /* LIVEPATCH_UNEXPORTED_H */
