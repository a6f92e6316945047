// SPDX-License-Identifier: GPL-2.0

//! The guard between a function's buffers and its return address.

use crate::assembly::Rewrite;
use crate::flags::CFlags;
use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "stack protector",
        options: &["STACKPROTECTOR", "STACKPROTECTOR_STRONG"],
        c: "`-fstack-protector`, `-fstack-protector-strong`; since 6.15 with `-mstack-protector-guard-reg=gs \
            -mstack-protector-guard-symbol=__ref_stack_chk_guard`, without `SMP` `-mstack-protector-guard=global`",
        ours: "`-Zstack-protector=basic`, `strong`; LLVM's guard in the kernel's code model is `%gs:40`, and where C has another the \
               operand is rewritten in the assembly",
        refused: "the guard is not in `%gs`, or has an offset and a symbol; rustc lacks the option; the assembly reads `%gs` otherwise",
    },
    derive,
};

/// The guard that LLVM emits.
pub const LLVM_GUARD: &str = "%gs:40";

const POLICIES: &[(&str, &str)] = &[
    ("-fno-stack-protector", "none"),
    ("-fstack-protector", "basic"),
    ("-fstack-protector-strong", "strong"),
    ("-fstack-protector-all", "all"),
];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    let names: Vec<&str> = POLICIES.iter().map(|(name, _)| *name).collect();
    let flag = flags.last(&names).unwrap_or("-fno-stack-protector");
    let guard = guard(flags);
    let policy = POLICIES.iter().find(|(name, _)| *name == flag);
    let (_, policy) = policy.unwrap_or(&POLICIES[0]);
    if !rustc.has_unstable("stack-protector") {
        if *policy == "none" {
            return Ok(());
        }
        return Err(No::new(
            flag,
            "this rustc has no -Zstack-protector",
            "use another rustc",
        ));
    }
    plan.argument(format!("-Zstack-protector={policy}"));
    if *policy == "none" {
        return Ok(());
    }
    let guard = guard?;
    if guard != LLVM_GUARD {
        plan.assembly.push(Rewrite::StackGuard(guard.clone()));
    }
    plan.mechanisms.push(Mechanism::StackProtector { guard });
    Ok(())
}

/// Returns the operand that C compares.
fn guard(flags: &CFlags) -> Result<String, No> {
    let kind = flags.value("-mstack-protector-guard=").unwrap_or("tls");
    let register = flags.value("-mstack-protector-guard-reg=");
    let offset = flags.value("-mstack-protector-guard-offset=");
    let symbol = flags.value("-mstack-protector-guard-symbol=");
    let is_symbol = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match (kind, register, offset, symbol) {
        ("global", None, None, symbol) if symbol.is_none_or(is_symbol) => {
            Ok(format!("{}(%rip)", symbol.unwrap_or("__stack_chk_guard")))
        }
        ("tls", None | Some("gs"), None, Some(symbol)) if is_symbol(symbol) => {
            Ok(format!("%gs:{symbol}(%rip)"))
        }
        ("tls", None | Some("gs"), Some(offset), None) if offset.parse::<u32>().is_ok() => {
            Ok(format!("%gs:{offset}"))
        }
        ("tls", None | Some("gs"), None, None) => Ok(LLVM_GUARD.to_owned()),
        _ => {
            let c = flags
                .starting("-mstack-protector-guard")
                .unwrap_or_default();
            Err(No::new(
                format!("a stack protector with {c} and its like"),
                "there is no rule for such a guard",
                OTHER_KERNEL,
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::assembly::Rewrite;
    use crate::mechanism::Mechanism;
    use crate::testing::{plan_with, refusal, refusal_with, unclaimed};

    const RUSTC: &[&str] = &["-Zstack-protector"];

    fn guard(flags: &str) -> String {
        let plan = plan_with(&RULE, &format!("-fstack-protector {flags}"), RUSTC);
        match &plan.mechanisms[..] {
            [Mechanism::StackProtector { guard }] => guard.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_policy_is_that_of_c() {
        for (flags, policy) in [
            ("", "none"),
            ("-fstack-protector-strong -fno-stack-protector", "none"),
            ("-fstack-protector", "basic"),
            ("-fstack-protector -fstack-protector-strong", "strong"),
            ("-fstack-protector-all", "all"),
        ] {
            let plan = plan_with(&RULE, flags, RUSTC);
            assert_eq!(plan.arguments, [format!("-Zstack-protector={policy}")]);
            assert_eq!(plan.mechanisms.is_empty(), policy == "none");
        }
    }

    #[test]
    fn the_guard_is_that_of_c() {
        assert_eq!(guard(""), "%gs:40");
        assert_eq!(
            guard("-mstack-protector-guard-reg=gs -mstack-protector-guard-symbol=__ref_stack_chk_guard"),
            "%gs:__ref_stack_chk_guard(%rip)"
        );
        assert_eq!(
            guard("-mstack-protector-guard=global"),
            "__stack_chk_guard(%rip)"
        );
        assert_eq!(guard("-mstack-protector-guard-offset=48"), "%gs:48");
    }

    #[test]
    fn only_another_guard_than_llvms_is_rewritten() {
        assert!(plan_with(&RULE, "-fstack-protector", RUSTC)
            .assembly
            .is_empty());
        assert_eq!(
            plan_with(
                &RULE,
                "-fstack-protector -mstack-protector-guard=global",
                RUSTC
            )
            .assembly,
            [Rewrite::StackGuard("__stack_chk_guard(%rip)".to_owned())]
        );
    }

    #[test]
    fn other_guards_are_refused() {
        for flag in [
            "-mstack-protector-guard-reg=fs",
            "-mstack-protector-guard=sysreg",
            "-mstack-protector-guard-offset=x",
            "-mstack-protector-guard-symbol=a+1",
        ] {
            let flags = format!("-fstack-protector {flag}");
            assert!(refusal_with(&RULE, &flags, RUSTC).contains(flag));
            assert!(unclaimed(&RULE, &flags).is_empty());
            // Without a protector nobody reads the guard.
            assert_eq!(
                plan_with(&RULE, flag, RUSTC).arguments,
                ["-Zstack-protector=none"]
            );
        }
    }

    #[test]
    fn a_rustc_without_it_is_refused() {
        assert!(refusal(&RULE, "-fstack-protector-strong").contains("no -Zstack-protector"));
        assert!(plan_with(&RULE, "", &[]).arguments.is_empty());
    }
}
