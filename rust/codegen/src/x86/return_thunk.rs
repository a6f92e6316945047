// SPDX-License-Identifier: GPL-2.0

//! Returns that are not speculated.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "return thunk",
        options: &["MITIGATION_RETHUNK", "RETHUNK"],
        c: "`-mfunction-return=thunk-extern`",
        ours: "`-Zfunction-return=thunk-extern`",
        refused: "C has thunks of its own in each object; rustc lacks the option",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    match flags.starting("-mfunction-return=") {
        None | Some("-mfunction-return=keep") => return Ok(()),
        Some("-mfunction-return=thunk-extern") => {}
        Some(flag) => {
            return Err(No::new(
                flag,
                "only the kernel's thunks are patched at boot",
                OTHER_KERNEL,
            ))
        }
    }
    if !rustc.has_unstable("function-return") {
        return Err(No::new(
            "-mfunction-return=thunk-extern",
            "this rustc has no -Zfunction-return",
            "use a newer rustc",
        ));
    }
    plan.argument("-Zfunction-return=thunk-extern");
    plan.mechanisms.push(Mechanism::ReturnThunk);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, arguments_with, refusal, refusal_with};

    const RUSTC: &[&str] = &["-Zfunction-return"];

    #[test]
    fn it_is_followed() {
        assert_eq!(
            arguments_with(&RULE, "-mfunction-return=thunk-extern", RUSTC),
            ["-Zfunction-return=thunk-extern"]
        );
        assert!(arguments(&RULE, "").is_empty());
        assert!(arguments(
            &RULE,
            "-mfunction-return=thunk-extern -mfunction-return=keep"
        )
        .is_empty());
    }

    #[test]
    fn what_rustc_cannot_is_refused() {
        assert!(refusal(&RULE, "-mfunction-return=thunk-extern").contains("no -Zfunction-return"));
        assert!(refusal_with(&RULE, "-mfunction-return=thunk", RUSTC)
            .contains("-mfunction-return=thunk,"));
    }
}
