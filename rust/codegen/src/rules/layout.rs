// SPDX-License-Identifier: GPL-2.0

//! The layout of structures.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "structure layout",
        options: &[
            "RANDSTRUCT_FULL",
            "RANDSTRUCT_PERFORMANCE",
            "GCC_PLUGIN_RANDSTRUCT",
        ],
        c: "`-frandomize-layout-seed-file=`; a plugin: fields are in a secret order",
        ours: "nothing",
        refused: "C has it: the bindings would have another order",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, .. } = context;
    flags.claim(|flag| flag.starts_with("-fplugin-arg-randomize_layout_plugin-"));
    let flag = flags.claim(|flag| {
        flag.starts_with("-frandomize-layout-seed") || flag.contains("/randomize_layout_plugin.so")
    });
    match flag {
        None => Ok(()),
        Some(flag) => Err(No::new(
            flag,
            "bindgen does not know the order of the fields, so our code would corrupt the kernel's data",
            OTHER_KERNEL,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    #[test]
    fn a_known_layout_is_followed() {
        assert!(arguments(&RULE, "-O2").is_empty());
    }

    #[test]
    fn both_compilers_are_refused() {
        assert!(refusal(
            &RULE,
            "-frandomize-layout-seed-file=./scripts/basic/randstruct.seed"
        )
        .contains("seed"));
        let gcc = "-fplugin=./scripts/gcc-plugins/randomize_layout_plugin.so \
                   -fplugin-arg-randomize_layout_plugin-performance-mode";
        assert!(refusal(&RULE, gcc).contains("randomize_layout_plugin.so"));
    }
}
