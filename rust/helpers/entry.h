/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions of Rust that can be traced, probed and patched.
 *
 * The compiler of Rust puts no ftrace site at the beginning of a function, and
 * mangles its name. So such a function gets an entry in C: the kernel's own flags
 * give it the site, whatever the architecture wants there, and it has its name in
 * kallsyms. It calls the function in Rust, and stays on the stack meanwhile.
 *
 * A module with such functions has a file of C beside its main.rs, which Kbuild
 * compiles and links in:
 *
 *	#include <helpers/entry.h>
 *	#include <linux/seq_file.h>
 *
 *	LIVEPATCH_ENTRY(int, foo_show, (struct seq_file *m, void *v), (m, v));
 *
 * and in Rust:
 *
 *	#[livepatch::traceable]
 *	unsafe extern "C" fn foo_show(m: *mut seq_file, _v: *mut c_void) -> c_int {
 *
 * What is called foo_show in Rust, in C and by the kernel is then the entry.
 */

#ifndef LIVEPATCH_ENTRY_H
#define LIVEPATCH_ENTRY_H

#include <linux/compiler.h>

/* Something to do after the call keeps the compiler from making it a jump. */
static __always_inline void livepatch_entry_leave(const char *unused)
{
	barrier();
}

/**
 * LIVEPATCH_ENTRY - define the entry of a function in Rust
 * @type: what the function returns
 * @name: its name
 * @parameters: its parameters, in parentheses
 * @arguments: the names of the parameters, in parentheses
 *
 * The name is a global symbol of the module.
 */
#define LIVEPATCH_ENTRY(type, name, parameters, arguments)		\
	type name parameters;						\
	type livepatch_entry_##name parameters;				\
	noinline type name parameters					\
	{								\
		const char leave __cleanup(livepatch_entry_leave) = 0;	\
									\
		return livepatch_entry_##name arguments;		\
	}								\
	type name parameters

#endif /* LIVEPATCH_ENTRY_H */
