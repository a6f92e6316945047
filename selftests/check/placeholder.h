/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gives a value to what a livepatch calls a symbol that is not exported, as the Kbuild of livepatches does.
 */

#ifndef CHECK_PLACEHOLDER_H
#define CHECK_PLACEHOLDER_H

#define PLACEHOLDER(name)	asm(".globl livepatch_unexported." name "\n"	\
				    ".set livepatch_unexported." name ", 0x5555555555555555\n")

#endif /* CHECK_PLACEHOLDER_H */
