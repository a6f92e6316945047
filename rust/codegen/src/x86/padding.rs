// SPDX-License-Identifier: GPL-2.0

//! Room in front of functions, for the kernel to patch code into.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "call padding",
        options: &[
            "CALL_PADDING",
            "CALL_THUNKS",
            "FUNCTION_PADDING_BYTES",
            "MITIGATION_CALL_DEPTH_TRACKING",
        ],
        c: "`-fpatchable-function-entry=TOTAL,PREFIX`",
        ours: "`-Zpatchable-function-entry=TOTAL,PREFIX`, the same numbers",
        refused: "rustc lacks the option",
    },
    derive,
};

const FLAG: &str = "-fpatchable-function-entry=";

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    let Some(value) = flags.value(FLAG) else {
        return Ok(());
    };
    let c = format!("{FLAG}{value}");
    let (total, prefix) = value.split_once(',').unwrap_or((value, "0"));
    let (Ok(total), Ok(prefix)) = (total.parse::<u32>(), prefix.parse::<u32>()) else {
        return Err(No::new(
            c,
            "these are no numbers",
            "look at the kernel's flags",
        ));
    };
    if total == 0 {
        return Ok(());
    }
    if !rustc.has_unstable("patchable-function-entry") {
        return Err(No::new(
            c,
            "this rustc has no -Zpatchable-function-entry",
            "use a newer rustc",
        ));
    }
    plan.argument(format!("-Zpatchable-function-entry={total},{prefix}"));
    plan.mechanisms.push(Mechanism::Padding { total, prefix });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::mechanism::Mechanism;
    use crate::testing::{arguments, plan_with, refusal, refusal_with};

    const RUSTC: &[&str] = &["-Zpatchable-function-entry"];

    #[test]
    fn the_numbers_are_those_of_c() {
        for (c, total, prefix) in [("16,16", 16, 16), ("11,11", 11, 11), ("5", 5, 0)] {
            let plan = plan_with(&RULE, &format!("-fpatchable-function-entry={c}"), RUSTC);
            assert_eq!(
                plan.arguments,
                [format!("-Zpatchable-function-entry={total},{prefix}")]
            );
            assert_eq!(plan.mechanisms, [Mechanism::Padding { total, prefix }]);
        }
    }

    #[test]
    fn without_it_there_is_none() {
        assert!(arguments(&RULE, "").is_empty());
        assert!(arguments(
            &RULE,
            "-fpatchable-function-entry=16,16 -fpatchable-function-entry=0,0"
        )
        .is_empty());
    }

    #[test]
    fn what_rustc_cannot_is_refused() {
        assert!(refusal(&RULE, "-fpatchable-function-entry=16,16").contains("no -Zpatchable"));
        assert!(refusal_with(&RULE, "-fpatchable-function-entry=x", RUSTC).contains("=x"));
    }
}
