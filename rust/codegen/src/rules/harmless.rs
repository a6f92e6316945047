// SPDX-License-Identifier: GPL-2.0

//! C flags that say nothing of our objects.

/// Flags, and why they do not matter. One that ends in `*` stands for all that begin so.
pub const FLAGS: &[(&[&str], &str)] = &[
    (
        &["-D*", "-U*", "-I*", "-include *", "-imacros *", "-isystem *", "-iquote *", "-idirafter *", "-nostdinc", "-Wp,*"],
        "the preprocessor's: bindgen gets them",
    ),
    (
        &["-std=*", "-fms-extensions", "-fms-anonymous-structs", "-fshort-wchar", "-funsigned-char", "-fexperimental-late-parse-attributes"],
        "the C language, and what headers mean: bindgen gets those that matter",
    ),
    (&["-W*", "-w", "-pedantic*", "-fdiagnostics-*"], "warnings"),
    (
        &["-fmacro-prefix-map=*", "-fdebug-prefix-map=*", "-ffile-prefix-map=*"],
        "names of files in messages and debug information",
    ),
    (
        &["-fno-var-tracking",
            "-fno-var-tracking-assignments",
            "-fdump-*", "-femit-struct-debug-baseonly", "-fdebug-info-for-profiling"],
        "debug information",
    ),
    (
        &["-fno-strict-aliasing", "-fno-strict-overflow", "-fwrapv", "-fno-common", "-fno-delete-null-pointer-checks"],
        "take from C what Rust does not have: aliasing by type, undefined overflow, common symbols; a reference is never null, and \
         a null pointer is not followed outside `unsafe`",
    ),
    (
        &["-fno-allow-store-data-races", "--param=allow-store-data-races=0"],
        "LLVM invents no stores",
    ),
    (&["-fstrict-flex-arrays*", "-fzero-init-padding-bits=*"], "rules for C's arrays and initialisers"),
    (
        &["-fno-stack-clash-protection", "-fno-stack-check"],
        "switch off what ours do not have: the target specification says no stack probes",
    ),
    (
        &["-ffreestanding", "-fno-builtin", "-fno-builtin-*", "-finline-stringops*"],
        "which of C's library functions the compiler may make up; from our objects only `memcpy`, `memmove`, `memset` and \
         `memcmp` are called, which the kernel has",
    ),
    (
        &[
            "-fconserve-stack", "-fno-inline-functions-called-once", "-fno-partial-inlining", "-fno-ipa-cp-clone", "-fno-ipa-sra",
            "-fno-reorder-blocks", "-falign-jumps=*", "-falign-loops=*", "-falign-labels=*", "-finline-limit=*", "-fno-ipa-ra",
            "-fno-tree-vectorize",
        ],
        "choices of the optimiser",
    ),
    (
        &[
            "-fprofile-sample-use=*", "-fprofile-use=*", "-fsplit-machine-functions", "-fbasic-block-address-map",
            "-fbasic-block-sections=*", "-mllvm -enable-fs-discriminator=true", "-mllvm -improved-fs-discriminator=true",
        ],
        "optimisation by profile (AutoFDO, Propeller): where code is, not what it does",
    ),
    (&["-ffunction-sections", "-fdata-sections"], "sections that are merged again when the module is linked"),
    (
        &["-fplugin=*/latent_entropy_plugin.so", "-fplugin-arg-latent_entropy_plugin-*"],
        "entropy from the code that runs at boot",
    ),
    (
        &["--target=*", "-target *", "-fintegrated-as", "-fno-integrated-as", "--prefix=*", "-Qunused-arguments", "-pipe", "-c"],
        "how clang finds its parts and the compiler is run; the architecture is given by itself",
    ),
    (&["-falloc-token-max=*"], "read only with -fsanitize=alloc-token"),
];

/// Returns whether a flag does not matter.
pub fn is_harmless(flag: &str) -> bool {
    // These two look like warnings, but go to the assembler and the linker.
    if flag.starts_with("-Wa,") || flag.starts_with("-Wl,") {
        return false;
    }
    FLAGS
        .iter()
        .flat_map(|(patterns, _)| patterns.iter())
        .any(|pattern| matches(pattern, flag))
}

/// Returns whether a flag is what the pattern stands for.
fn matches(pattern: &str, flag: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == flag,
        Some((before, after)) => {
            flag.len() >= before.len() + after.len()
                && flag.starts_with(before)
                && flag.ends_with(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_flags_are_harmless() {
        for flag in [
            "-D__KERNEL__",
            "-D A=1",
            "-include /a/b.h",
            "-Wp,-MMD,.x.o.d",
            "-Werror=return-type",
            "-Wno-sign-compare",
            "-fno-builtin-wcslen",
            "-fstrict-flex-arrays=3",
            "--param=allow-store-data-races=0",
            "-fplugin=./scripts/gcc-plugins/latent_entropy_plugin.so",
        ] {
            assert!(is_harmless(flag), "{flag}");
        }
    }

    #[test]
    fn what_could_matter_is_not() {
        for flag in [
            "-Wa,-mrelax-relocations=no",
            "-Wl,-z,now",
            "-fplugin=/x/latent_entropy.so",
            "-fplugin=/x/other_plugin.so",
            "-fsanitize=alloc-token",
            "-mregparm=3",
            "-ffixed-r10",
            "-fstack-clash-protection",
            "-fstrict-something",
            "--param=allow-store-data-races=1",
            "x.c",
        ] {
            assert!(!is_harmless(flag), "{flag}");
        }
    }
}
