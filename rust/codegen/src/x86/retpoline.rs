// SPDX-License-Identifier: GPL-2.0

//! Indirect branches that are not speculated.

use crate::assembly::Rewrite;
use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "retpoline",
        options: &["MITIGATION_RETPOLINE", "RETPOLINE"],
        c: "gcc: `-mindirect-branch=thunk-extern -mindirect-branch-register`; clang: `-mretpoline-external-thunk`",
        ours: "`-Zretpoline-external-thunk`, or the features `+retpoline-external-thunk`, `+retpoline-indirect-branches` and \
               `+retpoline-indirect-calls` where rustc has no such option",
        refused: "C has thunks of its own in each object",
    },
    derive,
};

/// The rule for the prefix of branches to the thunks.
pub const CS_PREFIX: Rule = Rule {
    row: Row {
        mechanism: "prefix of retpolines",
        options: &["MITIGATION_RETPOLINE", "RETPOLINE"],
        c: "`-mindirect-branch-cs-prefix`: `cs` in front of branches to the thunks of r8 to r15",
        ours: "`-Zindirect-branch-cs-prefix`, or the prefix is added in the assembly where rustc has no such option",
        refused: "the assembly refers to such a thunk in another way than by a call or a jump",
    },
    derive: derive_cs_prefix,
};

const FEATURES: &[&str] = &[
    "+retpoline-external-thunk",
    "+retpoline-indirect-branches",
    "+retpoline-indirect-calls",
];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    flags.last(&["-mindirect-branch-register"]);
    let gcc = flags.starting("-mindirect-branch=");
    let clang = flags.last(&[
        "-mretpoline-external-thunk",
        "-mno-retpoline-external-thunk",
    ]);
    let inline = flags.last(&["-mretpoline", "-mno-retpoline"]);
    match gcc {
        None | Some("-mindirect-branch=keep" | "-mindirect-branch=thunk-extern") => {}
        Some(flag) => {
            return Err(No::new(
                flag,
                "only the kernel's thunks are patched at boot",
                OTHER_KERNEL,
            ))
        }
    }
    let external = gcc == Some("-mindirect-branch=thunk-extern")
        || clang == Some("-mretpoline-external-thunk");
    if !external {
        return match inline {
            Some(flag @ "-mretpoline") => Err(No::new(
                flag,
                "only the kernel's thunks are patched at boot",
                OTHER_KERNEL,
            )),
            _ => Ok(()),
        };
    }
    if rustc.has_unstable("retpoline-external-thunk") {
        plan.argument("-Zretpoline-external-thunk");
        // It comes with the other one, but rustdoc does not know, and takes no crates that were made with it.
        if rustc.has_unstable("retpoline") {
            plan.argument("-Zretpoline");
        }
    } else {
        plan.features.extend(FEATURES);
    }
    plan.mechanisms.push(Mechanism::Retpoline);
    Ok(())
}

fn derive_cs_prefix(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    if !flags.on(
        "-mindirect-branch-cs-prefix",
        "-mno-indirect-branch-cs-prefix",
    ) {
        return Ok(());
    }
    if rustc.has_unstable("indirect-branch-cs-prefix") {
        plan.argument("-Zindirect-branch-cs-prefix");
    } else {
        plan.assembly.push(Rewrite::CsPrefix);
    }
    plan.mechanisms.push(Mechanism::CsPrefix);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CS_PREFIX, FEATURES, RULE};
    use crate::assembly::Rewrite;
    use crate::mechanism::Mechanism;
    use crate::rule::Plan;
    use crate::testing::{plan, plan_with, refusal, unclaimed};

    #[test]
    fn both_compilers_are_followed() {
        for flags in [
            "-mindirect-branch=thunk-extern -mindirect-branch-register",
            "-mretpoline-external-thunk",
            "-mretpoline -mretpoline-external-thunk",
        ] {
            let plan = plan(&RULE, flags);
            assert_eq!(plan.features, FEATURES);
            assert_eq!(plan.mechanisms, [Mechanism::Retpoline]);
            assert!(unclaimed(&RULE, flags).is_empty());
        }
    }

    #[test]
    fn an_option_is_better_than_features() {
        let plan = plan_with(
            &RULE,
            "-mretpoline-external-thunk",
            &["-Zretpoline-external-thunk"],
        );
        assert_eq!(plan.arguments, ["-Zretpoline-external-thunk"]);
        assert!(plan.features.is_empty());
        let both = ["-Zretpoline-external-thunk", "-Zretpoline"];
        let plan = plan_with(&RULE, "-mretpoline-external-thunk", &both);
        assert_eq!(plan.arguments, both);
    }

    #[test]
    fn without_it_there_is_nothing() {
        for flags in ["", "-mindirect-branch=keep", "-mretpoline -mno-retpoline"] {
            assert_eq!(plan(&RULE, flags), Plan::default());
        }
    }

    #[test]
    fn thunks_of_an_object_are_refused() {
        for flag in [
            "-mindirect-branch=thunk-inline",
            "-mindirect-branch=thunk",
            "-mretpoline",
        ] {
            assert!(refusal(&RULE, flag).contains(flag));
        }
    }

    #[test]
    fn the_prefix_is_an_option_or_added() {
        let c = "-mindirect-branch-cs-prefix";
        assert_eq!(plan(&CS_PREFIX, c).assembly, [Rewrite::CsPrefix]);
        let newer = plan_with(&CS_PREFIX, c, &["-Zindirect-branch-cs-prefix"]);
        assert_eq!(newer.arguments, ["-Zindirect-branch-cs-prefix"]);
        assert!(newer.assembly.is_empty());
        assert_eq!(newer.mechanisms, [Mechanism::CsPrefix]);
        assert_eq!(plan(&CS_PREFIX, ""), Plan::default());
    }
}
