// SPDX-License-Identifier: GPL-2.0

//! The rules of arm64.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};
use crate::rules::{alignment, stack_protector};
use crate::target::Value;

/// In the order of the documentation.
pub const RULES: &[&Rule] = &[
    &MACHINE,
    &BRANCHES,
    &ADDRESSES,
    &stack_protector::RULE,
    &alignment::RULE,
];

/// The target specification of every arm64 kernel.
pub fn target() -> Vec<(&'static str, Value)> {
    let layout =
        "e-m:e-p270:32:32-p271:32:32-p272:64:64-i8:8:32-i16:16:32-i64:64-i128:128-n32:64-S128-Fn32";
    vec![
        ("arch", Value::text("aarch64")),
        ("data-layout", Value::text(layout)),
        ("disable-redzone", Value::Bool(true)),
        ("emit-debug-gdb-scripts", Value::Bool(false)),
        ("llvm-target", Value::text("aarch64-unknown-none")),
        ("stack-probes", Value::Object("kind", "none")),
        (
            "supported-sanitizers",
            Value::Texts(&["kcfi", "kernel-address"]),
        ),
    ]
}

/// How versions of rustc want to be told of an ABI without floating point: newest first.
pub fn target_variants() -> Vec<Vec<(&'static str, Value)>> {
    let soft = || ("abi", Value::text("softfloat"));
    let abi = || ("rustc-abi", Value::text("softfloat"));
    let number = || ("target-pointer-width", Value::Number(64));
    vec![
        vec![soft(), abi(), number()],
        vec![soft(), number()],
        vec![soft(), ("target-pointer-width", Value::text("64"))],
    ]
}

const MACHINE: Rule = Rule {
    row: Row {
        mechanism: "processor (arm64)",
        options: &["ARM64", "CPU_LITTLE_ENDIAN"],
        c: "`-mlittle-endian -mgeneral-regs-only -mabi=lp64`",
        ours: "`target.json`: features `+v8a,+strict-align,-neon`",
        refused: "big-endian; C may use the FPU",
    },
    derive: machine,
};

fn machine(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    flags.last(&["-mabi=lp64"]);
    flags.last(&["-mno-outline-atomics", "-moutline-atomics"]);
    flags.last(&["-mstrict-align", "-mno-strict-align"]);
    // Which instructions inline assembly may have.
    flags.claim(|flag| flag.starts_with("-Wa,-march="));
    if flags.last(&["-mlittle-endian", "-mbig-endian"]) == Some("-mbig-endian") {
        return Err(No::new(
            "-mbig-endian",
            "there are rules only for little-endian arm64",
            OTHER_KERNEL,
        ));
    }
    if !flags.has("-mgeneral-regs-only") {
        return Err(No::new(
            "no -mgeneral-regs-only",
            "these are not the flags of an object that keeps off the FPU",
            OTHER_KERNEL,
        ));
    }
    plan.features.extend(["+v8a", "+strict-align", "-neon"]);
    Ok(())
}

const BRANCHES: Rule = Rule {
    row: Row {
        mechanism: "branch protection",
        options: &[
            "ARM64_PTR_AUTH_KERNEL",
            "ARM64_BTI_KERNEL",
            "SHADOW_CALL_STACK",
        ],
        c: "`-mbranch-protection=none`, `pac-ret`, `pac-ret+bti`; `-ffixed-x18`",
        ours: "nothing, `-Zbranch-protection=pac-ret`, `bti,pac-ret`; `-Zfixed-x18`",
        refused: "another protection; C has a shadow call stack",
    },
    derive: branches,
};

fn branches(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    let signed = flags.starting("-msign-return-address=");
    match flags.value("-mbranch-protection=").or(signed) {
        None | Some("none" | "-msign-return-address=none") => {}
        Some("pac-ret" | "-msign-return-address=non-leaf") => {
            plan.argument("-Zbranch-protection=pac-ret");
        }
        Some("pac-ret+bti") => plan.argument("-Zbranch-protection=bti,pac-ret"),
        Some(other) => {
            return Err(No::new(
                other,
                "nobody has looked at what rustc calls it",
                OTHER_KERNEL,
            ));
        }
    }
    if flags.has("-ffixed-x18") {
        plan.argument("-Zfixed-x18");
    }
    if flags.has("-fsanitize=shadow-call-stack") {
        return Err(No::new(
            "-fsanitize=shadow-call-stack",
            "our functions would keep their return addresses on the ordinary stack alone",
            OTHER_KERNEL,
        ));
    }
    Ok(())
}

const ADDRESSES: Rule = Rule {
    row: Row {
        mechanism: "addresses and frames (arm64)",
        options: &["ARM64"],
        c: "`-fno-PIE -fno-omit-frame-pointer`",
        ours: "`-Crelocation-model=static -Cforce-frame-pointers=y`",
        refused: "C has no frame pointers",
    },
    derive: addresses,
};

fn addresses(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    flags.last(&["-fno-PIE", "-fno-pie", "-fno-PIC", "-fno-pic"]);
    flags.last(&["-mcmodel=small"]);
    flags.last(&["-fno-optimize-sibling-calls"]);
    // Entries for ftrace, as rules/ftrace.rs has it.
    flags.claim(|flag| flag.starts_with("-fpatchable-function-entry="));
    if !flags.on("-fno-omit-frame-pointer", "-fomit-frame-pointer") {
        return Err(No::new(
            "no -fno-omit-frame-pointer",
            "the kernel reads the stack by frame pointers",
            OTHER_KERNEL,
        ));
    }
    plan.argument("-Crelocation-model=static");
    plan.argument("-Cforce-frame-pointers=y");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{arguments, plan, refusal};

    #[test]
    fn the_fpu_is_left_alone() {
        let c = "-mlittle-endian -mgeneral-regs-only -mabi=lp64";
        assert_eq!(
            plan(&MACHINE, c).features,
            ["+v8a", "+strict-align", "-neon"]
        );
        assert!(refusal(&MACHINE, "-mlittle-endian").contains("no -mgeneral-regs-only"));
        assert!(refusal(&MACHINE, "-mbig-endian").contains("-mbig-endian"));
    }

    #[test]
    fn branches_are_protected_as_in_c() {
        assert!(arguments(&BRANCHES, "-mbranch-protection=none").is_empty());
        assert_eq!(
            arguments(&BRANCHES, "-mbranch-protection=pac-ret+bti"),
            ["-Zbranch-protection=bti,pac-ret"]
        );
        assert!(refusal(&BRANCHES, "-mbranch-protection=standard").contains("standard"));
        assert!(refusal(&BRANCHES, "-fsanitize=shadow-call-stack").contains("return addresses"));
    }

    #[test]
    fn the_kernel_can_read_the_stack() {
        assert_eq!(arguments(&ADDRESSES, "-fno-omit-frame-pointer").len(), 2);
        assert!(refusal(&ADDRESSES, "").contains("no -fno-omit-frame-pointer"));
    }
}
