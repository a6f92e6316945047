// SPDX-License-Identifier: GPL-2.0

//! Variables on the stack that nobody has written.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "stack initialisation",
        options: &["INIT_STACK_ALL_ZERO", "INIT_STACK_ALL_PATTERN", "GCC_PLUGIN_STRUCTLEAK"],
        c: "`-ftrivial-auto-var-init=zero`, `pattern`; a plugin",
        ours: "nothing: the language refuses to read what was not written; `MaybeUninit` is read in `unsafe` only",
        refused: "another value",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, .. } = context;
    let kind = flags.value("-ftrivial-auto-var-init=");
    flags.claim(|flag| {
        flag.starts_with("-enable-trivial-auto-var-init-zero")
            || flag.contains("/structleak_plugin.so")
            || flag.starts_with("-fplugin-arg-structleak_plugin-")
    });
    match kind {
        None | Some("zero" | "pattern" | "uninitialized") => Ok(()),
        Some(other) => Err(No::new(
            format!("-ftrivial-auto-var-init={other}"),
            "nobody knows what that means",
            OTHER_KERNEL,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    #[test]
    fn nothing_is_needed() {
        for flags in [
            "",
            "-ftrivial-auto-var-init=zero -enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang",
            "-ftrivial-auto-var-init=pattern",
            "-fplugin=./scripts/gcc-plugins/structleak_plugin.so -fplugin-arg-structleak_plugin-byref-all",
        ] {
            assert!(arguments(&RULE, flags).is_empty());
        }
    }

    #[test]
    fn an_unknown_value_is_refused() {
        assert!(refusal(&RULE, "-ftrivial-auto-var-init=random").contains("random"));
    }
}
