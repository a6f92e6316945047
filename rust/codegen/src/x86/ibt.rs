// SPDX-License-Identifier: GPL-2.0

//! Where an indirect branch may land.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "indirect branch tracking",
        options: &["X86_KERNEL_IBT"],
        c: "`-fcf-protection=branch`: functions begin with `endbr64`; else `-fcf-protection=none`",
        ours: "`-Zcf-protection=branch`; else `none`",
        refused: "C has shadow stacks (`full`, `return`); rustc lacks the option",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    let flag = flags
        .claim(|flag| flag.starts_with("-fcf-protection"))
        .unwrap_or("-fcf-protection=none");
    let kind = match flag {
        "-fcf-protection=none" => "none",
        "-fcf-protection=branch" => "branch",
        _ => {
            return Err(No::new(
                flag,
                "the kernel has no shadow stack",
                OTHER_KERNEL,
            ))
        }
    };
    if rustc.has_unstable("cf-protection") {
        plan.argument(format!("-Zcf-protection={kind}"));
    } else if kind == "branch" {
        return Err(No::new(
            flag,
            "this rustc has no -Zcf-protection",
            "use another rustc",
        ));
    }
    if kind == "branch" {
        plan.mechanisms.push(Mechanism::Ibt);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::mechanism::Mechanism;
    use crate::testing::{plan_with, refusal, refusal_with};

    const RUSTC: &[&str] = &["-Zcf-protection"];

    #[test]
    fn it_is_on_or_off_as_in_c() {
        let on = plan_with(&RULE, "-fcf-protection=branch", RUSTC);
        assert_eq!(on.arguments, ["-Zcf-protection=branch"]);
        assert_eq!(on.mechanisms, [Mechanism::Ibt]);
        for flags in [
            "",
            "-fcf-protection=none",
            "-fcf-protection=branch -fcf-protection=none",
        ] {
            let off = plan_with(&RULE, flags, RUSTC);
            assert_eq!(off.arguments, ["-Zcf-protection=none"]);
            assert!(off.mechanisms.is_empty());
        }
    }

    #[test]
    fn shadow_stacks_are_refused() {
        for flag in [
            "-fcf-protection",
            "-fcf-protection=full",
            "-fcf-protection=return",
        ] {
            assert!(refusal_with(&RULE, flag, RUSTC).contains(flag));
        }
    }

    #[test]
    fn a_rustc_without_it_is_refused() {
        assert!(refusal(&RULE, "-fcf-protection=branch").contains("no -Zcf-protection"));
    }
}
