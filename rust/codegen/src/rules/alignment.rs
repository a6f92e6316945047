// SPDX-License-Identifier: GPL-2.0

//! Where functions begin.

use crate::assembly::Rewrite;
use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "function alignment",
        options: &["FUNCTION_ALIGNMENT", "DEBUG_FORCE_FUNCTION_ALIGN_64B"],
        c: "`-fmin-function-alignment=N`, `-falign-functions=N`; 16 in an optimised object that has neither",
        ours: "`-Zmin-function-alignment=N`; the directive is added in the assembly where rustc has no such option, and where N is \
               more than 8, since rustc aligns statics by it too",
        refused: "N is no power of two",
    },
    derive,
};

/// The alignment of a pointer, in bytes.
const POINTER: u32 = 8;

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    let minimum = flags.starting("-fmin-function-alignment=");
    let usual = flags.starting("-falign-functions=");
    flags.last(&["-falign-functions", "-fno-align-functions"]);
    // What aligns for speed only says how much may be skipped as well, after a colon.
    let bytes = |flag: &str| -> Option<u32> {
        let (_, value) = flag.split_once('=')?;
        value.split(':').next()?.parse().ok()
    };
    let Some(flag) = minimum.or(usual) else {
        return Ok(());
    };
    let bytes = bytes(flag)
        .filter(|bytes| bytes.is_power_of_two())
        .ok_or_else(|| {
            No::new(
                flag,
                "that is no power of two",
                "look at the kernel's flags",
            )
        })?;
    if bytes == 1 {
        return Ok(());
    }
    // The option aligns statics as well, in newer ones: what is more than a pointer's alignment tears arrays apart that the
    // linker makes of statics, such as the parameters of a module.
    if bytes <= POINTER && rustc.has_unstable("min-function-alignment") {
        plan.argument(format!("-Zmin-function-alignment={bytes}"));
    } else {
        plan.assembly.push(Rewrite::FunctionAlignment(bytes));
    }
    plan.mechanisms.push(Mechanism::Alignment(bytes));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::assembly::Rewrite;
    use crate::mechanism::Mechanism;
    use crate::rule::Plan;
    use crate::testing::{plan, plan_with, refusal};

    #[test]
    fn both_flags_are_followed() {
        for flags in [
            "-fmin-function-alignment=64",
            "-falign-functions=64",
            "-falign-functions=64:11",
            "-falign-functions=16 -fmin-function-alignment=64",
        ] {
            let plan = plan(&RULE, flags);
            assert_eq!(plan.assembly, [Rewrite::FunctionAlignment(64)]);
            assert_eq!(plan.mechanisms, [Mechanism::Alignment(64)]);
        }
    }

    #[test]
    fn an_option_is_better_than_rewriting() {
        let option = ["-Zmin-function-alignment"];
        let plan = plan_with(&RULE, "-fmin-function-alignment=8", &option);
        assert_eq!(plan.arguments, ["-Zmin-function-alignment=8"]);
        assert!(plan.assembly.is_empty());
    }

    #[test]
    fn statics_are_aligned_as_their_type_is() {
        let option = ["-Zmin-function-alignment"];
        let plan = plan_with(&RULE, "-fmin-function-alignment=16", &option);
        assert!(plan.arguments.is_empty());
        assert_eq!(plan.assembly, [Rewrite::FunctionAlignment(16)]);
    }

    #[test]
    fn without_it_there_is_nothing() {
        for flags in ["", "-falign-functions", "-falign-functions=1"] {
            assert_eq!(plan(&RULE, flags), Plan::default());
        }
    }

    #[test]
    fn what_is_no_alignment_is_refused() {
        for flag in [
            "-falign-functions=24",
            "-fmin-function-alignment=x",
            "-falign-functions=0",
        ] {
            assert!(refusal(&RULE, flag).contains(flag));
        }
    }
}
