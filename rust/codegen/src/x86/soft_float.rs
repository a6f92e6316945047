// SPDX-License-Identifier: GPL-2.0

//! The registers of the FPU and of vectors, which belong to user space.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "no floating point",
        options: &["X86_64"],
        c: "`-mno-sse -mno-mmx -mno-sse2 -mno-3dnow -mno-avx -mno-sse4a -mno-80387`",
        ours: "`target.json`: features `-mmx,-sse,...,-avx2,+soft-float`, and `rustc-abi` where rustc has it",
        refused: "C may use one of them",
    },
    derive,
};

/// What C must not use; older kernels do not name all that follow from these.
const REQUIRED: &[(&str, &str)] = &[
    ("-mno-sse", "-msse"),
    ("-mno-sse2", "-msse2"),
    ("-mno-mmx", "-mmmx"),
    ("-mno-avx", "-mavx"),
];

/// What can be there besides.
const OTHERS: &[&str] = &[
    "-mno-3dnow",
    "-mno-sse3",
    "-mno-ssse3",
    "-mno-sse4",
    "-mno-sse4a",
    "-mno-sse4.1",
    "-mno-sse4.2",
    "-mno-avx2",
    "-mno-avx512f",
    "-mno-fp-ret-in-387",
    "-mgeneral-regs-only",
];

/// No feature that builds on one of these stays on.
const FEATURES: &[&str] = &[
    "-mmx",
    "-sse",
    "-sse2",
    "-sse3",
    "-ssse3",
    "-sse4.1",
    "-sse4.2",
    "-avx",
    "-avx2",
    "+soft-float",
];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    flags.last(OTHERS);
    let fpu = flags.last(&[
        "-mno-80387",
        "-msoft-float",
        "-m80387",
        "-mhard-float",
        "-mno-x87",
        "-mx87",
    ]);
    let mut missing = None;
    for (off, on) in REQUIRED {
        if !flags.on(off, on) {
            missing = missing.or(Some(*off));
        }
    }
    if !matches!(fpu, Some("-mno-80387" | "-msoft-float" | "-mno-x87")) {
        missing = missing.or(Some("-mno-80387"));
    }
    if let Some(flag) = missing {
        return Err(No::new(
            format!("no {flag}"),
            "these are not the flags of an object that keeps off the FPU",
            OTHER_KERNEL,
        ));
    }
    plan.features.extend(FEATURES);
    plan.mechanisms.push(Mechanism::SoftFloat);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FEATURES, RULE};
    use crate::testing::{plan, refusal, unclaimed};

    const C: &str =
        "-mno-sse -mno-mmx -mno-sse2 -mno-3dnow -mno-avx -mno-sse4a -mno-80387 -mno-fp-ret-in-387";

    #[test]
    fn none_of_them_is_used() {
        assert_eq!(plan(&RULE, C).features, FEATURES);
        assert!(unclaimed(&RULE, C).is_empty());
        assert_eq!(
            plan(&RULE, &C.replace("-mno-80387", "-msoft-float")).features,
            FEATURES
        );
    }

    #[test]
    fn c_that_may_use_them_is_refused() {
        for flag in [
            "-mno-sse",
            "-mno-sse2",
            "-mno-mmx",
            "-mno-avx",
            "-mno-80387",
        ] {
            let without: Vec<&str> = C.split(' ').filter(|other| *other != flag).collect();
            assert!(refusal(&RULE, &without.join(" ")).contains(&format!("no {flag},")));
        }
        assert!(refusal(&RULE, &format!("{C} -msse -msse2 -mhard-float")).contains("no -mno-sse"));
    }
}
