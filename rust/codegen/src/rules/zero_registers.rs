// SPDX-License-Identifier: GPL-2.0

//! Clearing registers on return.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "register clearing",
        options: &["ZERO_CALL_USED_REGS"],
        c: "`-fzero-call-used-regs=used-gpr`: what a function used is zero when it returns",
        ours: "nothing",
        refused: "C has it, and not `skip`",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    match context.flags.starting("-fzero-call-used-regs=") {
        None | Some("-fzero-call-used-regs=skip") => Ok(()),
        Some(flag) => Err(No::new(flag, "rustc has no option for it", OTHER_KERNEL)),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    #[test]
    fn c_that_clears_nothing_is_followed() {
        assert!(arguments(&RULE, "").is_empty());
        assert!(arguments(&RULE, "-fzero-call-used-regs=skip").is_empty());
    }

    #[test]
    fn c_that_clears_is_refused() {
        let said = refusal(&RULE, "-fzero-call-used-regs=used-gpr");
        assert!(said.contains("CONFIG_ZERO_CALL_USED_REGS"), "{said}");
        assert!(said.contains("-fzero-call-used-regs=used-gpr"), "{said}");
    }
}
