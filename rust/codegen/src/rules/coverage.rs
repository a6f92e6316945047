// SPDX-License-Identifier: GPL-2.0

//! Counting what was executed.

use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "coverage",
        options: &["GCOV_KERNEL", "KCOV"],
        c: "`-fprofile-arcs -ftest-coverage`, `-fsanitize-coverage=trace-pc`, `trace-cmp`",
        ours: "nothing: our code is not counted, which protects nothing",
        refused: "never",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    context.flags.claim(|flag| {
        matches!(
            flag,
            "-fprofile-arcs"
                | "-ftest-coverage"
                | "-fno-tree-loop-im"
                | "-fprofile-update=prefer-atomic"
                | "-fsanitize-coverage=trace-pc"
                | "-fsanitize-coverage=trace-cmp"
        )
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, unclaimed};

    #[test]
    fn nothing_is_needed() {
        let flags = "-fprofile-arcs -ftest-coverage -fno-tree-loop-im -fsanitize-coverage=trace-pc,trace-cmp";
        assert!(arguments(&RULE, flags).is_empty());
        assert!(unclaimed(&RULE, flags).is_empty());
    }

    #[test]
    fn other_coverage_is_not_its_business() {
        assert_eq!(
            unclaimed(&RULE, "-fsanitize-coverage=stack-depth"),
            ["-fsanitize-coverage=stack-depth"]
        );
    }
}
