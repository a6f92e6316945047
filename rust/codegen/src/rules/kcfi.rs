// SPDX-License-Identifier: GPL-2.0

//! Checking the type of what a function pointer points to.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "kCFI",
        options: &["CFI", "CFI_CLANG", "CFI_ICALL_NORMALIZE_INTEGERS", "FINEIBT_BHI"],
        c: "`-fsanitize=kcfi -fsanitize-cfi-icall-experimental-normalize-integers`, `-fsanitize-kcfi-arity`",
        ours: "`-Zsanitizer=kcfi -Zsanitizer-cfi-normalize-integers`, `-Zsanitizer-kcfi-arity`; no functions are merged, since \
               merged ones have one type",
        refused: "C does not normalise integers: a Rust function's type would have another hash; rustc lacks an option; its core \
                  has calls without the check (before 1.88), which FineIBT lets end in a panic",
    },
    derive,
};

const NEWER_RUSTC: &str = "use a newer rustc";

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    let kcfi = flags.has("-fsanitize=kcfi");
    let normalized = flags.has("-fsanitize-cfi-icall-experimental-normalize-integers");
    let arity = flags.has("-fsanitize-kcfi-arity");
    if !kcfi {
        return Ok(());
    }
    if !normalized {
        return Err(No::new(
            "-fsanitize=kcfi with the C names of integers",
            "rustc can make C's hashes only of normalised integers",
            "build for a kernel with CONFIG_CFI_ICALL_NORMALIZE_INTEGERS",
        ));
    }
    for option in [
        "sanitizer",
        "sanitizer-cfi-normalize-integers",
        "merge-functions",
    ] {
        if !rustc.has_unstable(option) {
            return Err(No::new(
                "-fsanitize=kcfi",
                "this rustc has no kCFI",
                NEWER_RUSTC,
            ));
        }
    }
    if rustc.leaves_out_sanitizers() {
        return Err(No::new(
            "-fsanitize=kcfi",
            "the core of this rustc formats with calls that are not checked, and with FineIBT the kernel would panic there",
            NEWER_RUSTC,
        ));
    }
    plan.argument("-Zsanitizer=kcfi");
    plan.argument("-Zsanitizer-cfi-normalize-integers");
    plan.argument("-Zmerge-functions=disabled");
    if arity {
        if !rustc.has_unstable("sanitizer-kcfi-arity") {
            return Err(No::new(
                "-fsanitize-kcfi-arity",
                "this rustc has no -Zsanitizer-kcfi-arity",
                NEWER_RUSTC,
            ));
        }
        plan.argument("-Zsanitizer-kcfi-arity");
    }
    plan.mechanisms.push(Mechanism::Kcfi);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, arguments_with, refusal, refusal_with};

    const C: &str = "-fsanitize=kcfi -fsanitize-cfi-icall-experimental-normalize-integers";
    const RUSTC: &[&str] = &[
        "-Zsanitizer",
        "-Zsanitizer-cfi-normalize-integers",
        "-Zmerge-functions",
    ];

    #[test]
    fn without_it_there_is_nothing() {
        assert!(arguments(&RULE, "-fsanitize=shift").is_empty());
    }

    #[test]
    fn it_is_followed_with_its_variants() {
        let expected = [
            "-Zsanitizer=kcfi",
            "-Zsanitizer-cfi-normalize-integers",
            "-Zmerge-functions=disabled",
            "-Zsanitizer-kcfi-arity",
        ];
        assert_eq!(arguments_with(&RULE, C, RUSTC), expected[..3]);
        let with_arity = [RUSTC, &["-Zsanitizer-kcfi-arity"]].concat();
        assert_eq!(
            arguments_with(&RULE, &format!("{C} -fsanitize-kcfi-arity"), &with_arity),
            expected
        );
    }

    #[test]
    fn what_rustc_cannot_is_refused() {
        assert!(refusal(&RULE, "-fsanitize=kcfi").contains("CONFIG_CFI_ICALL_NORMALIZE_INTEGERS"));
        assert!(refusal(&RULE, C).contains("this rustc has no kCFI"));
        let unchecked = [RUSTC, &["no_sanitize"]].concat();
        assert!(refusal_with(&RULE, C, &unchecked).contains("FineIBT"));
        assert!(
            refusal_with(&RULE, &format!("{C} -fsanitize-kcfi-arity"), RUSTC).contains("arity")
        );
    }
}
