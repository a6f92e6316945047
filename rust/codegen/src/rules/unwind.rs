// SPDX-License-Identifier: GPL-2.0

//! Tables for unwinding.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "unwinding tables",
        options: &["UNWINDER_ORC"],
        c: "`-fno-asynchronous-unwind-tables`: objtool makes the ORC tables from the code",
        ours: "`-Cforce-unwind-tables=n`; objtool makes the ORC tables of our objects too",
        refused: "C has unwinding tables",
    },
    derive,
};

const FLAGS: &[&str] = &[
    "-fno-asynchronous-unwind-tables",
    "-fno-unwind-tables",
    "-fasynchronous-unwind-tables",
    "-funwind-tables",
];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags,
        config,
        plan,
        ..
    } = context;
    let flag = flags.last(FLAGS).unwrap_or("the compiler's default");
    if flag.starts_with("-fno-") {
        plan.argument("-Cforce-unwind-tables=n");
        if config.yes("UNWINDER_ORC") {
            plan.mechanisms.push(Mechanism::Orc);
        }
        return Ok(());
    }
    Err(No::new(
        format!("unwinding tables ({flag})"),
        "the kernels that this was made for have none",
        OTHER_KERNEL,
    ))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::mechanism::Mechanism;
    use crate::testing::{arguments, plan_for, refusal};

    #[test]
    fn there_are_none() {
        assert_eq!(
            arguments(&RULE, "-fno-asynchronous-unwind-tables"),
            ["-Cforce-unwind-tables=n"]
        );
    }

    #[test]
    fn there_are_those_of_objtool_where_the_kernel_unwinds_by_them() {
        let c = "-fno-asynchronous-unwind-tables";
        let with_orc = plan_for(&RULE, c, "CONFIG_UNWINDER_ORC=y\n");
        assert_eq!(with_orc.mechanisms, [Mechanism::Orc]);
        let without = plan_for(&RULE, c, "CONFIG_UNWINDER_FRAME_POINTER=y\n");
        assert!(without.mechanisms.is_empty());
    }

    #[test]
    fn tables_are_refused() {
        assert!(
            refusal(&RULE, "-fasynchronous-unwind-tables").contains("-fasynchronous-unwind-tables")
        );
        assert!(refusal(&RULE, "").contains("default"));
    }
}
