// SPDX-License-Identifier: GPL-2.0

//! The rules of s390x.

use crate::assembly::Rewrite;
use crate::rule::{self, Context, No, Row, Rule, OTHER_KERNEL};
use crate::rules::{alignment, stack_protector};
use crate::target::Value;

/// In the order of the documentation.
pub const RULES: &[&Rule] = &[
    &MACHINE,
    &FRAMES,
    &ADDRESSES,
    &EXPOLINES,
    &stack_protector::RULE,
    &alignment::RULE,
];

/// The target specification of every s390x kernel.
pub fn target() -> Vec<(&'static str, Value)> {
    let layout = "E-S64-m:e-i1:8:16-i8:8:16-i64:64-f128:64-v128:64-a:8:16-n32:64";
    vec![
        ("arch", Value::text("s390x")),
        ("data-layout", Value::text(layout)),
        ("emit-debug-gdb-scripts", Value::Bool(false)),
        ("llvm-target", Value::text("s390x-unknown-linux-gnu")),
        ("min-global-align", Value::Number(16)),
        ("stack-probes", Value::Object("kind", "none")),
        ("target-endian", Value::text("big")),
    ]
}

/// How versions of rustc want to be told of an ABI without floating point: newest first.
pub fn target_variants() -> Vec<Vec<(&'static str, Value)>> {
    let abi = ("rustc-abi", Value::text("softfloat"));
    let number = || ("target-pointer-width", Value::Number(64));
    let text = || ("target-pointer-width", Value::text("64"));
    vec![
        vec![("abi", Value::text("softfloat")), abi.clone(), number()],
        vec![abi, number()],
        vec![number()],
        vec![text()],
    ]
}

const MACHINE: Rule = Rule {
    row: Row {
        mechanism: "processor (s390x)",
        options: &[
            "MARCH_Z10",
            "MARCH_Z13",
            "MARCH_Z14",
            "MARCH_Z15",
            "MARCH_Z16",
            "MARCH_Z17",
        ],
        c: "`-m64`, `-march=`, `-mtune=`",
        ours: "`-Ctarget-cpu=` with the same name, else `z10`, which every processor can execute",
        refused: "31 bits",
    },
    derive: machine,
};

/// The processors that mean the same to both compilers.
const SHARED: &[&str] = &["z10", "z196", "zEC12", "z13", "z14", "z15", "z16"];

fn machine(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    let bits = flags.last(&["-m64", "-m31"]);
    let march = flags.value("-march=");
    flags.value("-mtune=");
    // Where the assembler finds the files that inline assembly includes.
    flags.claim(|flag| flag.starts_with("-Wa,-I"));
    if bits != Some("-m64") {
        return Err(No::new(
            bits.unwrap_or("no -m64"),
            "there are rules only for 64-bit s390",
            "build for an s390x kernel",
        ));
    }
    let processor = march.filter(|name| SHARED.contains(name)).unwrap_or("z10");
    plan.argument(format!("-Ctarget-cpu={processor}"));
    plan.assembly.push(Rewrite::Machine(processor.to_owned()));
    Ok(())
}

const FRAMES: Rule = Rule {
    row: Row {
        mechanism: "stack frames (s390x)",
        options: &["S390"],
        c: "`-mbackchain -mpacked-stack -msoft-float`",
        ours: "`target.json`: features `+backchain,+soft-float,-vector`; `-Zpacked-stack`",
        refused: "C lacks one of them, or rustc has no such option",
    },
    derive: frames,
};

fn frames(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    for (on, off) in [
        ("-mbackchain", "-mno-backchain"),
        ("-mpacked-stack", "-mno-packed-stack"),
        ("-msoft-float", "-mhard-float"),
    ] {
        if !flags.on(on, off) {
            return Err(No::new(
                format!("no {on}"),
                "these are not the flags of code whose stack the kernel can read",
                OTHER_KERNEL,
            ));
        }
    }
    if !rustc.has_unstable("packed-stack") {
        return Err(No::new(
            "-mpacked-stack",
            "this rustc has no -Zpacked-stack, so the kernel could not read the stack of our functions",
            "use rustc 1.96 or newer",
        ));
    }
    plan.features
        .extend(["+backchain", "+soft-float", "-vector"]);
    plan.argument("-Zpacked-stack");
    Ok(())
}

const ADDRESSES: Rule = Rule {
    row: Row {
        mechanism: "addresses (s390x)",
        options: &["RELOCATABLE"],
        c: "`-fPIC`, `-fno-PIE`",
        ours:
            "`-Crelocation-model=static`: code finds what it needs relative to itself in any case",
        refused: "never",
    },
    derive: addresses,
};

fn addresses(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    flags.last(&[
        "-fno-PIE", "-fno-pie", "-fno-PIC", "-fno-pic", "-fPIE", "-fpie", "-fPIC", "-fpic",
    ]);
    plan.argument("-Crelocation-model=static");
    Ok(())
}

const EXPOLINES: Rule = Rule {
    row: Row {
        mechanism: "expolines",
        options: &["EXPOLINE", "EXPOLINE_EXTERN"],
        c: "`-mindirect-branch=thunk`, `-mfunction-return=thunk`, `-mindirect-branch-table`",
        ours: "-",
        refused: "C has them: rustc has no such branches. `WITHOUT=expolines` does without",
    },
    derive: expolines,
};

fn expolines(context: &mut Context<'_>) -> Result<(), No> {
    let flags = context.flags;
    let branches = flags.starting("-mindirect-branch=");
    let returns = flags.starting("-mfunction-return=");
    flags.has("-mindirect-branch-table");
    match branches.or(returns) {
        Some(flag) if !flag.ends_with("=keep") => Err(No::new(
            flag,
            "rustc cannot emit expolines: our indirect branches would be open to Spectre v2 where the kernel's are not",
            OTHER_KERNEL,
        )
        .unless(rule::EXPOLINES)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{arguments, plan, plan_with, refusal, unclaimed};

    #[test]
    fn the_kernel_can_read_the_stack() {
        let c = "-mbackchain -mpacked-stack -msoft-float";
        let plan = plan_with(&FRAMES, c, &["-Zpacked-stack"]);
        assert_eq!(plan.features, ["+backchain", "+soft-float", "-vector"]);
        assert_eq!(plan.arguments, ["-Zpacked-stack"]);
        assert!(refusal(&FRAMES, c).contains("-Zpacked-stack"));
        assert!(refusal(&FRAMES, "-mpacked-stack").contains("no -mbackchain"));
    }

    #[test]
    fn where_the_assembler_finds_files_is_the_machines() {
        let flags = "-m64 -Wa,-I/arch/s390/include -Wa,-mzarch";
        assert_eq!(unclaimed(&MACHINE, flags), ["-Wa,-mzarch"]);
    }

    #[test]
    fn no_more_instructions_than_c_may_use() {
        assert_eq!(arguments(&MACHINE, "-m64 -march=z13"), ["-Ctarget-cpu=z13"]);
        assert_eq!(arguments(&MACHINE, "-m64 -march=z99"), ["-Ctarget-cpu=z10"]);
        assert_eq!(
            plan(&MACHINE, "-m64 -march=z13").assembly,
            [Rewrite::Machine("z13".to_owned())]
        );
        assert!(refusal(&MACHINE, "-m31").contains("-m31"));
    }

    #[test]
    fn what_rustc_has_not_is_refused() {
        assert!(refusal(&EXPOLINES, "-mindirect-branch=thunk-extern").contains("Spectre"));
        assert!(arguments(&EXPOLINES, "").is_empty());
    }
}
