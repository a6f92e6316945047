// SPDX-License-Identifier: GPL-2.0

//! The architectures that have rules.

use crate::arm64;
use crate::error::{Error, Result};
use crate::powerpc;
use crate::rule::Rule;
use crate::s390;
use crate::target::Value;
use crate::x86;

/// Keys of a target specification.
type Keys = Vec<(&'static str, Value)>;

/// An architecture.
#[derive(Debug)]
pub struct Arch {
    /// Its name in the kernel's `arch/`.
    pub name: &'static str,
    /// Its rules, besides those of every architecture.
    pub rules: &'static [&'static Rule],
    /// The target specification of its kernels.
    pub target: fn() -> Keys,
    /// How versions of rustc differ in it: one of these is added.
    pub target_variants: fn() -> Vec<Keys>,
}

/// All of them.
pub const ARCHES: &[Arch] = &[
    Arch {
        name: "x86",
        rules: x86::RULES,
        target: x86::target,
        target_variants: x86::target_variants,
    },
    Arch {
        name: "s390",
        rules: s390::RULES,
        target: s390::target,
        target_variants: s390::target_variants,
    },
    Arch {
        name: "powerpc",
        rules: powerpc::RULES,
        target: powerpc::target,
        target_variants: powerpc::target_variants,
    },
    Arch {
        name: "arm64",
        rules: arm64::RULES,
        target: arm64::target,
        target_variants: arm64::target_variants,
    },
];

impl Arch {
    /// Returns the one with this name.
    pub fn named(name: &str) -> Result<&'static Self> {
        let arch = ARCHES.iter().find(|arch| arch.name == name);
        arch.ok_or_else(|| Error::Architecture {
            name: name.to_owned(),
            known: ARCHES.iter().map(|arch| arch.name).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_without_rules_is_refused() {
        assert_eq!(Arch::named("x86").unwrap().name, "x86");
        let said = Arch::named("riscv").unwrap_err().to_string();
        assert!(
            said.starts_with("no rules yet for riscv, only for x86"),
            "{said}"
        );
    }
}
