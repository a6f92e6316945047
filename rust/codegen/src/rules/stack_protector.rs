// SPDX-License-Identifier: GPL-2.0

//! The guard between a function's buffers and its return address, on architectures where rustc's has not been looked at.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL, STACK_PROTECTOR};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "stack protector (other than x86)",
        options: &["STACKPROTECTOR"],
        c: "`-fno-stack-protector`",
        ours: "nothing",
        refused: "C has one: nobody has looked at rustc's. `WITHOUT=stack-protector` does without",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let flag = context
        .flags
        .claim(|flag| flag.starts_with("-fstack-protector") || flag == "-fno-stack-protector");
    context
        .flags
        .claim(|flag| flag.starts_with("-mstack-protector-guard"));
    match flag {
        Some(flag) if flag != "-fno-stack-protector" => Err(No::new(
            flag,
            "nobody has looked at the guard that rustc uses there",
            OTHER_KERNEL,
        )
        .unless(STACK_PROTECTOR)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    #[test]
    fn there_is_none() {
        assert!(arguments(&RULE, "-fno-stack-protector").is_empty());
        assert!(arguments(&RULE, "").is_empty());
        assert!(refusal(&RULE, "-fstack-protector-strong").contains("guard"));
    }
}
