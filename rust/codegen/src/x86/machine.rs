// SPDX-License-Identifier: GPL-2.0

//! The instructions that may be used.

use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "processor",
        options: &["64BIT", "GENERIC_CPU", "X86_NATIVE_CPU", "MK8", "MPSC", "MCORE2", "MATOM"],
        c: "`-m64`, `-march=`, `-mtune=`",
        ours: "`-Ctarget-cpu=` with the same name for `x86-64`, `-v2`, `-v3`, `-v4`, `k8`, `nocona` and `core2`, else `x86-64`, \
               which every processor can execute; `-Ztune-cpu=generic`",
        refused: "32 bits, x32",
    },
    derive,
};

/// The processors that mean the same to both compilers.
const SHARED: &[&str] = &[
    "x86-64",
    "x86-64-v2",
    "x86-64-v3",
    "x86-64-v4",
    "k8",
    "nocona",
    "core2",
];

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    let bits = flags.last(&["-m64", "-m32", "-mx32", "-m16"]);
    let march = flags.value("-march=");
    flags.value("-mtune=");
    // The extensions of a processor that is not told of cannot be used.
    flags.has("-mno-apx-features=egpr");
    if bits != Some("-m64") {
        return Err(No::new(
            bits.unwrap_or("no -m64"),
            "there are rules only for 64-bit x86",
            "build for an x86-64 kernel",
        ));
    }
    let processor = march
        .filter(|name| SHARED.contains(name))
        .unwrap_or("x86-64");
    plan.argument(format!("-Ctarget-cpu={processor}"));
    plan.argument("-Ztune-cpu=generic");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal, unclaimed};

    #[test]
    fn no_more_instructions_than_c_may_use() {
        assert_eq!(
            arguments(&RULE, "-m64"),
            ["-Ctarget-cpu=x86-64", "-Ztune-cpu=generic"]
        );
        assert_eq!(
            arguments(&RULE, "-m64 -march=core2 -mtune=core2")[0],
            "-Ctarget-cpu=core2"
        );
        assert_eq!(
            arguments(&RULE, "-m64 -march=x86-64-v3")[0],
            "-Ctarget-cpu=x86-64-v3"
        );
        assert_eq!(
            arguments(&RULE, "-m64 -march=native -mno-apx-features=egpr")[0],
            "-Ctarget-cpu=x86-64"
        );
        assert!(unclaimed(&RULE, "-m64 -march=native -mno-apx-features=egpr").is_empty());
    }

    #[test]
    fn other_widths_are_refused() {
        assert!(refusal(&RULE, "-m32 -march=i686").contains("-m32"));
        assert!(refusal(&RULE, "-m64 -mx32").contains("-mx32"));
        assert!(refusal(&RULE, "").contains("no -m64"));
    }
}
