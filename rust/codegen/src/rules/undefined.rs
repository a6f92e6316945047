// SPDX-License-Identifier: GPL-2.0

//! Checks of arithmetic and of array bounds at run time.

use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "run-time checks",
        options: &["UBSAN", "UBSAN_BOUNDS", "UBSAN_SHIFT", "UBSAN_TRAP", "UBSAN_INTEGER_WRAP", "RUST_OVERFLOW_CHECKS"],
        c: "`-fsanitize=bounds`, `shift`, `bool`, `enum`, ...",
        ours: "the language checks bounds and divisions, and has no other bools and enums than valid ones; \
               `-Coverflow-checks=y` checks arithmetic and shifts, also where C does not: it is `n` only for a kernel that has it \
               off for its own Rust code (`CONFIG_RUST=y` without `RUST_OVERFLOW_CHECKS`) and no check of shifts or integers in C",
        refused: "never",
    },
    derive,
};

/// What the sanitizer checks, and whether our arithmetic must be checked then.
const CHECKS: &[(&str, bool)] = &[
    ("alignment", false),
    ("array-bounds", false),
    ("bool", false),
    ("bounds", false),
    ("bounds-strict", false),
    ("enum", false),
    ("implicit-signed-integer-truncation", true),
    ("implicit-unsigned-integer-truncation", true),
    ("integer-divide-by-zero", false),
    ("local-bounds", false),
    ("object-size", false),
    ("shift", true),
    ("shift-base", true),
    ("shift-exponent", true),
    ("signed-integer-overflow", true),
    ("unreachable", false),
    ("unsigned-integer-overflow", true),
];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags,
        config,
        plan,
        ..
    } = context;
    let mut arithmetic = false;
    for (check, is_arithmetic) in CHECKS {
        let there = flags.has(&format!("-fsanitize={check}"));
        arithmetic |= there && *is_arithmetic;
    }
    flags.claim(|flag| {
        flag.starts_with("-fsanitize-trap=")
            || flag.starts_with("-fsanitize-undefined-")
            || flag.starts_with("-fsanitize-ignorelist=")
    });
    let on = arithmetic || !config.yes("RUST") || config.yes("RUST_OVERFLOW_CHECKS");
    plan.argument(if on {
        "-Coverflow-checks=y"
    } else {
        "-Coverflow-checks=n"
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, arguments_for};

    #[test]
    fn arithmetic_is_checked_unless_the_kernel_says_no() {
        assert_eq!(arguments(&RULE, ""), ["-Coverflow-checks=y"]);
        let with_rust = "CONFIG_RUST=y\n";
        assert_eq!(arguments_for(&RULE, "", with_rust), ["-Coverflow-checks=n"]);
        let with_checks = "CONFIG_RUST=y\nCONFIG_RUST_OVERFLOW_CHECKS=y\n";
        assert_eq!(
            arguments_for(&RULE, "", with_checks),
            ["-Coverflow-checks=y"]
        );
    }

    #[test]
    fn arithmetic_is_checked_where_c_is() {
        let with_rust = "CONFIG_RUST=y\n";
        assert_eq!(
            arguments_for(
                &RULE,
                "-fsanitize=bounds-strict -fsanitize=shift",
                with_rust
            ),
            ["-Coverflow-checks=y"]
        );
        assert_eq!(
            arguments_for(&RULE, "-fsanitize=bounds-strict,bool,enum", with_rust),
            ["-Coverflow-checks=n"]
        );
        assert_eq!(
            arguments_for(
                &RULE,
                "-fsanitize=unsigned-integer-overflow -fsanitize-trap=undefined \
                 -fsanitize-undefined-ignore-overflow-pattern=all -fsanitize-ignorelist=/x.scl",
                with_rust
            ),
            ["-Coverflow-checks=y"]
        );
    }
}
