// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps a module from being loaded whose unexported symbols are placeholders:
 * a relocation that does not fit until klp-build link has seen the module.
 *
 * Most architectures look whether each relocation fits, so there the placeholders do
 * it by themselves. x86 looks at absolute ones only.
 */

asm(".pushsection .livepatch.unlinked, \"a\"\n"
    ".globl livepatch_helper_unlinked\n"
    "livepatch_helper_unlinked:\n"
#ifdef CONFIG_X86_64
    ".reloc ., R_X86_64_32S, livepatch_unlinked\n"
#endif
    ".long 0\n"
    ".popsection");
