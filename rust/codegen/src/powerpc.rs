// SPDX-License-Identifier: GPL-2.0

//! The rules of ppc64le.

use crate::assembly::Rewrite;
use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};
use crate::rules::{alignment, stack_protector};
use crate::target::Value;

/// In the order of the documentation.
pub const RULES: &[&Rule] = &[
    &MACHINE,
    &REGISTERS,
    &ADDRESSES,
    &stack_protector::RULE,
    &alignment::RULE,
];

/// The target specification of every ppc64le kernel.
pub fn target() -> Vec<(&'static str, Value)> {
    let layout = "e-m:e-Fn32-i64:64-i128:128-n32:64-S128-v256:256:256-v512:512:512";
    vec![
        ("arch", Value::text("powerpc64")),
        ("data-layout", Value::text(layout)),
        ("emit-debug-gdb-scripts", Value::Bool(false)),
        ("llvm-abiname", Value::text("elfv2")),
        ("llvm-target", Value::text("powerpc64le-unknown-linux-gnu")),
        ("stack-probes", Value::Object("kind", "none")),
    ]
}

/// How versions of rustc want to be told of its ABI: newest first.
pub fn target_variants() -> Vec<Vec<(&'static str, Value)>> {
    let abi = || ("abi", Value::text("elfv2"));
    let number = || ("target-pointer-width", Value::Number(64));
    vec![
        vec![abi(), number()],
        vec![number()],
        vec![("target-pointer-width", Value::text("64"))],
    ]
}

const MACHINE: Rule = Rule {
    row: Row {
        mechanism: "processor (ppc64le)",
        options: &["PPC64", "CPU_LITTLE_ENDIAN", "POWER8_CPU", "POWER9_CPU", "POWER10_CPU"],
        c: "`-m64 -mlittle-endian -mabi=elfv2`, `-mcpu=`, `-mtune=`",
        ours: "`-Ctarget-cpu=` `pwr8`, `pwr9` or `pwr10` for `power8` and so on, else `ppc64le`, which every processor can execute",
        refused: "32 bits, big-endian, another ABI",
    },
    derive: machine,
};

/// The processors that both compilers know, as C's calls them and as ours does.
const SHARED: &[(&str, &str)] = &[("power8", "pwr8"), ("power9", "pwr9"), ("power10", "pwr10")];

fn machine(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    let bits = flags.last(&["-m64", "-m32"]).unwrap_or("-m64");
    let order = flags.last(&["-mlittle-endian", "-mbig-endian"]);
    let abi = flags.last(&["-mabi=elfv2", "-mabi=elfv1", "-mcall-aixdesc"]);
    let cpu = flags.value("-mcpu=");
    flags.value("-mtune=");
    flags.last(&["-mno-strict-align", "-mstrict-align"]);
    for (is, wanted) in [
        (bits, "-m64"),
        (order.unwrap_or("no -mlittle-endian"), "-mlittle-endian"),
        (abi.unwrap_or("no -mabi=elfv2"), "-mabi=elfv2"),
    ] {
        if is != wanted {
            return Err(No::new(
                is,
                "there are rules only for little-endian 64-bit powerpc",
                "build for a ppc64le kernel",
            ));
        }
    }
    let shared = SHARED.iter().find(|(name, _)| Some(*name) == cpu);
    let processor = shared.map_or("ppc64le", |(_, name)| name);
    plan.argument(format!("-Ctarget-cpu={processor}"));
    if let Some((name, _)) = shared {
        plan.assembly.push(Rewrite::Machine((*name).to_owned()));
    }
    Ok(())
}

const REGISTERS: Rule = Rule {
    row: Row {
        mechanism: "no floating point (ppc64le)",
        options: &["PPC64"],
        c: "`-msoft-float -mno-altivec -mno-vsx`, `-mno-mma`",
        ours: "`target.json`: features `-mma,-vsx,-hard-float,-altivec`",
        refused: "C may use one of them",
    },
    derive: registers,
};

fn registers(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    flags.last(&["-mno-mma", "-mmma"]);
    flags.last(&["-mno-spe", "-mspe=no"]);
    for (off, on) in [
        ("-msoft-float", "-mhard-float"),
        ("-mno-altivec", "-maltivec"),
        ("-mno-vsx", "-mvsx"),
    ] {
        if !flags.on(off, on) {
            return Err(No::new(
                format!("no {off}"),
                "these are not the flags of an object that keeps off the FPU",
                OTHER_KERNEL,
            ));
        }
    }
    plan.features
        .extend(["-mma", "-vsx", "-hard-float", "-altivec"]);
    Ok(())
}

const ADDRESSES: Rule = Rule {
    row: Row {
        mechanism: "addresses (ppc64le)",
        options: &["PPC_KERNEL_PCREL"],
        c: "`-mcmodel=large`, in the kernel itself `medium`; `-fno-PIE`",
        ours: "`-Ccode-model=large -Crelocation-model=static`",
        refused: "C finds data relative to its own address (`-mpcrel`)",
    },
    derive: addresses,
};

fn addresses(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    flags.last(&["-fno-PIE", "-fno-pie", "-fno-PIC", "-fno-pic"]);
    flags.claim(|flag| flag.starts_with("-mcmodel="));
    // How C names, calls and copies; none of it is seen from outside of a function.
    flags.last(&["-mtraceback=no", "-mtraceback=none"]);
    flags.last(&["-mno-pointers-to-nested-functions"]);
    flags.last(&["-mno-save-toc-indirect"]);
    flags.last(&["-mno-readonly-in-sdata"]);
    flags.last(&["-mno-string", "-mno-multiple"]);
    flags.last(&["-mlong-double-128"]);
    flags.last(&["-mno-prefixed", "-mprefixed"]);
    // Entries for ftrace, as rules/ftrace.rs has it.
    flags.last(&["-mprofile-kernel"]);
    flags.claim(|flag| flag.starts_with("-fpatchable-function-entry="));
    if flags.last(&["-mpcrel", "-mno-pcrel"]) == Some("-mpcrel") {
        return Err(No::new(
            "-mpcrel",
            "the rules are for code that has a table of contents",
            OTHER_KERNEL,
        ));
    }
    plan.argument("-Ccode-model=large");
    plan.argument("-Crelocation-model=static");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{arguments, plan, refusal, unclaimed};

    #[test]
    fn only_little_endian_elfv2() {
        let c = "-mlittle-endian -m64 -mabi=elfv2";
        assert_eq!(arguments(&MACHINE, c), ["-Ctarget-cpu=ppc64le"]);
        assert_eq!(
            arguments(&MACHINE, &format!("{c} -mcpu=power9")),
            ["-Ctarget-cpu=pwr9"]
        );
        assert!(refusal(&MACHINE, "-mbig-endian -mabi=elfv2").contains("-mbig-endian"));
        assert!(refusal(&MACHINE, "-mlittle-endian").contains("no -mabi=elfv2"));
    }

    #[test]
    fn the_fpu_is_left_alone() {
        let c = "-msoft-float -mno-altivec -mno-vsx -mno-mma";
        assert_eq!(plan(&REGISTERS, c).features.len(), 4);
        assert!(unclaimed(&REGISTERS, c).is_empty());
        assert!(refusal(&REGISTERS, "-mno-vsx").contains("no -msoft-float"));
    }

    #[test]
    fn data_is_found_through_the_table() {
        assert!(refusal(&ADDRESSES, "-mpcrel").contains("-mpcrel"));
        assert_eq!(
            arguments(&ADDRESSES, "-mcmodel=medium -mcmodel=large -mno-pcrel").len(),
            2
        );
    }
}
