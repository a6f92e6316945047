// SPDX-License-Identifier: GPL-2.0

//! The bytes below the stack pointer, which an interrupt overwrites.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "no red zone",
        options: &["X86_64"],
        c: "`-mno-red-zone`",
        ours: "`-Cno-redzone=y`",
        refused: "C has a red zone",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    if !flags.on("-mno-red-zone", "-mred-zone") {
        return Err(No::new(
            "no -mno-red-zone",
            "these are not the flags of an object that an interrupt can come upon",
            OTHER_KERNEL,
        ));
    }
    plan.argument("-Cno-redzone=y");
    plan.mechanisms.push(Mechanism::NoRedZone);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    #[test]
    fn there_is_none() {
        assert_eq!(arguments(&RULE, "-mno-red-zone"), ["-Cno-redzone=y"]);
    }

    #[test]
    fn c_with_one_is_refused() {
        assert!(refusal(&RULE, "").contains("no -mno-red-zone"));
        assert!(refusal(&RULE, "-mno-red-zone -mred-zone").contains("no -mno-red-zone"));
    }
}
