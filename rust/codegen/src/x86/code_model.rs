// SPDX-License-Identifier: GPL-2.0

//! Where code and data are, and how code finds them.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "code model",
        options: &["X86_64"],
        c: "`-mcmodel=kernel -fno-PIE`",
        ours: "`-Ccode-model=kernel -Crelocation-model=static`",
        refused: "C has another",
    },
    derive,
};

const PIE: &[&str] = &[
    "-fno-PIE", "-fno-pie", "-fno-PIC", "-fno-pic", "-fPIE", "-fpie", "-fPIC", "-fpic",
];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    let model = flags.starting("-mcmodel=").unwrap_or("no -mcmodel=");
    let pie = flags.last(PIE).unwrap_or("no -fno-PIE");
    if model != "-mcmodel=kernel" {
        return Err(No::new(
            model,
            "the rules are for code in the upper 2 GiB",
            OTHER_KERNEL,
        ));
    }
    if !pie.starts_with("-fno-") {
        return Err(No::new(
            pie,
            "the rules are for code that knows its address",
            OTHER_KERNEL,
        ));
    }
    plan.argument("-Ccode-model=kernel");
    plan.argument("-Crelocation-model=static");
    plan.mechanisms.push(Mechanism::KernelCodeModel);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    #[test]
    fn the_kernels_model_is_followed() {
        assert_eq!(
            arguments(&RULE, "-fno-PIE -mcmodel=kernel"),
            ["-Ccode-model=kernel", "-Crelocation-model=static"]
        );
    }

    #[test]
    fn others_are_refused() {
        assert!(refusal(&RULE, "-fno-pie -mcmodel=small").contains("-mcmodel=small"));
        assert!(refusal(&RULE, "-fno-pie").contains("no -mcmodel="));
        assert!(refusal(&RULE, "-mcmodel=kernel -fPIE").contains("-fPIE"));
        assert!(refusal(&RULE, "-mcmodel=kernel").contains("no -fno-PIE"));
    }
}
