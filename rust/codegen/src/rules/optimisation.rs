// SPDX-License-Identifier: GPL-2.0

//! How hard the compiler works.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "optimisation",
        options: &[
            "CC_OPTIMIZE_FOR_PERFORMANCE",
            "CC_OPTIMIZE_FOR_PERFORMANCE_O3",
            "CC_OPTIMIZE_FOR_SIZE",
        ],
        c: "`-O2`, `-O3`, `-Os`",
        ours: "`-Copt-level=2`, `3`, `s`",
        refused: "another level",
    },
    derive,
};

const LEVELS: &[(&str, &str)] = &[("-O2", "2"), ("-O3", "3"), ("-Os", "s")];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let flag = context.flags.claim(|flag| {
        flag.strip_prefix("-O")
            .is_some_and(|level| level.is_empty() || level.len() == 1 || level == "fast")
    });
    let level = LEVELS.iter().find(|(name, _)| Some(*name) == flag);
    let (_, level) = level.ok_or_else(|| {
        No::new(
            flag.unwrap_or("no -O"),
            "the kernel does not build at that level, so nobody has looked at what rustc makes of it",
            OTHER_KERNEL,
        )
    })?;
    context.plan.argument(format!("-Copt-level={level}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    #[test]
    fn the_level_is_that_of_c() {
        assert_eq!(arguments(&RULE, "-O2"), ["-Copt-level=2"]);
        assert_eq!(arguments(&RULE, "-O2 -Os"), ["-Copt-level=s"]);
        assert_eq!(arguments(&RULE, "-O3"), ["-Copt-level=3"]);
    }

    #[test]
    fn other_levels_are_refused() {
        for flag in ["-O0", "-Og", "-O1", "-O", "-Ofast"] {
            assert!(refusal(&RULE, flag).contains(flag));
        }
        assert!(refusal(&RULE, "").contains("no -O"));
    }
}
