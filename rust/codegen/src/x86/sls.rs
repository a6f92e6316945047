// SPDX-License-Identifier: GPL-2.0

//! Speculation past the end of a straight line.

use crate::assembly::Rewrite;
use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "straight-line speculation",
        options: &["MITIGATION_SLS", "SLS"],
        c: "`-mharden-sls=all`, `return`, `indirect-jmp`: `int3` after returns and indirect jumps",
        ours: "the features `+harden-sls-ret`, `+harden-sls-ijmp`; behind a jump to a thunk, where LLVM puts none and gcc does, `int3` \
               is added in the assembly",
        refused: "another value",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    let flag = flags.starting("-mharden-sls=");
    let (returns, jumps) = match flag.map(|flag| &flag["-mharden-sls=".len()..]) {
        None | Some("none") => (false, false),
        Some("all") => (true, true),
        Some("return") => (true, false),
        Some("indirect-jmp") => (false, true),
        Some(_) => {
            return Err(No::new(
                flag.unwrap_or_default(),
                "nobody knows what that means",
                OTHER_KERNEL,
            ))
        }
    };
    if returns {
        plan.features.push("+harden-sls-ret");
        plan.mechanisms.push(Mechanism::SlsReturn);
    }
    if jumps {
        plan.features.push("+harden-sls-ijmp");
        plan.assembly.push(Rewrite::Int3AfterThunk);
        plan.mechanisms.push(Mechanism::SlsIndirectJump);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::assembly::Rewrite;
    use crate::mechanism::Mechanism;
    use crate::rule::Plan;
    use crate::testing::{plan, refusal};

    #[test]
    fn each_half_is_followed() {
        let all = plan(&RULE, "-mharden-sls=all");
        assert_eq!(all.features, ["+harden-sls-ret", "+harden-sls-ijmp"]);
        assert_eq!(all.assembly, [Rewrite::Int3AfterThunk]);
        assert_eq!(
            all.mechanisms,
            [Mechanism::SlsReturn, Mechanism::SlsIndirectJump]
        );
        assert_eq!(
            plan(&RULE, "-mharden-sls=return").features,
            ["+harden-sls-ret"]
        );
        assert!(plan(&RULE, "-mharden-sls=return").assembly.is_empty());
        assert_eq!(
            plan(&RULE, "-mharden-sls=indirect-jmp").features,
            ["+harden-sls-ijmp"]
        );
    }

    #[test]
    fn without_it_there_is_nothing() {
        assert_eq!(plan(&RULE, ""), Plan::default());
        assert_eq!(
            plan(&RULE, "-mharden-sls=all -mharden-sls=none"),
            Plan::default()
        );
    }

    #[test]
    fn an_unknown_half_is_refused() {
        assert!(refusal(&RULE, "-mharden-sls=calls").contains("-mharden-sls=calls"));
    }
}
