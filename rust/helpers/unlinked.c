// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps a module from being loaded whose unexported symbols are placeholders:
 * a relocation that does not fit until klp-build link has seen the module, and
 * made nothing of it.
 *
 * The relocations to the placeholders themselves need not: addresses of 8 bytes fit
 * whatever they are, and what is too far away for a call gets a stub.
 */

asm(".pushsection .livepatch.unlinked, \"a\"\n"
    ".globl livepatch_helper_unlinked\n"
    "livepatch_helper_unlinked:\n"
#if defined(CONFIG_X86_64)
    ".reloc ., R_X86_64_32S, livepatch_unlinked\n"
    ".long 0\n"
#elif defined(CONFIG_PPC64)
    /* Its loader looks at distances only. */
    ".long livepatch_unlinked - .\n"
#else
    ".long livepatch_unlinked\n"
#endif
    ".popsection");
