// SPDX-License-Identifier: GPL-2.0

//! Watching accesses to memory.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "memory sanitizers",
        options: &["KASAN", "KCSAN", "KMSAN"],
        c: "`-fsanitize=kernel-address`, `kernel-hwaddress`, `thread`, `kernel-memory`, and how they are set up",
        ours: "nothing",
        refused: "C has one: how LLVM's and the C compiler's instrumentation of one kernel fit together has not been shown, and \
                  accesses from our objects would go unwatched or, for KMSAN, be reported falsely",
    },
    derive,
};

const SANITIZERS: &[&str] = &[
    "-fsanitize=kernel-address",
    "-fsanitize=kernel-hwaddress",
    "-fsanitize=thread",
    "-fsanitize=kernel-memory",
];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, .. } = context;
    let sanitizer = flags.last(SANITIZERS);
    flags.claim(|flag| {
        let parameter = flag
            .strip_prefix("--param=")
            .or(flag.strip_prefix("-mllvm -"));
        parameter.is_some_and(|name| {
            ["asan-", "hwasan-", "tsan-", "msan-"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        }) || flag.starts_with("-fasan-")
            || flag.starts_with("-fsanitize-memory-")
    });
    match sanitizer {
        None => Ok(()),
        Some(flag) => Err(No::new(
            flag,
            "accesses to memory from our objects would not be watched",
            OTHER_KERNEL,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal, unclaimed};

    const GCC: &str =
        "-fsanitize=kernel-address -fasan-shadow-offset=0xdffffc0000000000 --param asan-globals=1 \
                       --param=asan-stack=1";
    const CLANG: &str = "-fsanitize=kernel-address -mllvm -asan-mapping-offset=0xdffffc0000000000";

    #[test]
    fn c_without_them_is_followed() {
        assert!(arguments(&RULE, "-fsanitize=shift").is_empty());
    }

    #[test]
    fn each_is_refused() {
        for flags in [
            GCC,
            CLANG,
            "-fsanitize=thread",
            "-fsanitize=kernel-memory",
            "-fsanitize=kernel-hwaddress",
        ] {
            let name = flags.split_whitespace().next().unwrap();
            assert!(refusal(&RULE, flags).contains(name));
        }
    }

    #[test]
    fn how_they_are_set_up_is_not_reported_again() {
        assert!(unclaimed(&RULE, GCC).is_empty());
        assert!(unclaimed(&RULE, CLANG).is_empty());
    }
}
