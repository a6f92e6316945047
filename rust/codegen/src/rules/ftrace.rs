// SPDX-License-Identifier: GPL-2.0

//! Calls at the entry of functions, for tracing.

use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "ftrace",
        options: &["FUNCTION_TRACER", "DYNAMIC_FTRACE", "FTRACE_MCOUNT_USE_CC"],
        c: "`-pg -mfentry -mrecord-mcount`",
        ours: "nothing, as the kernel's own Rust code: tracing protects nothing. A function that must be traceable gets an entry in \
               C with `LIVEPATCH_ENTRY`",
        refused: "never",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    context
        .flags
        .last(&["-pg", "-mfentry", "-mrecord-mcount", "-mnop-mcount"]);
    context.flags.value("-mhotpatch=");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::arguments;

    #[test]
    fn nothing_is_needed() {
        assert!(arguments(&RULE, "-pg -mrecord-mcount -mfentry").is_empty());
    }
}
