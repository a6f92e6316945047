// SPDX-License-Identifier: GPL-2.0

//! Jumps through tables.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "no jump tables",
        options: &["X86_KERNEL_IBT", "MITIGATION_RETPOLINE", "RETPOLINE"],
        c: "`-fno-jump-tables`",
        ours: "`-Cjump-tables=n`, `-Zno-jump-tables` of an older rustc",
        refused: "rustc has neither",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    if !flags.on("-fno-jump-tables", "-fjump-tables") {
        return Ok(());
    }
    if rustc.has_codegen("jump-tables") {
        plan.argument("-Cjump-tables=n");
    } else if rustc.has_unstable("no-jump-tables") {
        plan.argument("-Zno-jump-tables");
    } else {
        return Err(No::new(
            "-fno-jump-tables",
            "this rustc has neither -Cjump-tables nor -Zno-jump-tables",
            "use another rustc",
        ));
    }
    plan.mechanisms.push(Mechanism::NoJumpTables);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, arguments_with, refusal};

    #[test]
    fn either_option_is_used() {
        let c = "-fno-jump-tables -fno-jump-tables";
        assert_eq!(
            arguments_with(&RULE, c, &["-Zno-jump-tables"]),
            ["-Zno-jump-tables"]
        );
        assert_eq!(
            arguments_with(&RULE, c, &["-Cjump-tables", "-Zno-jump-tables"]),
            ["-Cjump-tables=n"]
        );
    }

    #[test]
    fn tables_stay_where_c_has_them() {
        assert!(arguments(&RULE, "").is_empty());
        assert!(arguments(&RULE, "-fno-jump-tables -fjump-tables").is_empty());
    }

    #[test]
    fn a_rustc_without_it_is_refused() {
        assert!(refusal(&RULE, "-fno-jump-tables").contains("-fno-jump-tables"));
    }
}
