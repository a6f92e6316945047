// SPDX-License-Identifier: GPL-2.0

//! Erasing the stack on return to user space.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "stack erasing",
        options: &["KSTACK_ERASE", "GCC_PLUGIN_STACKLEAK"],
        c: "`-fsanitize-coverage=stack-depth`; a plugin: functions tell how deep the stack was",
        ours: "nothing",
        refused: "C has it: what our functions leave deeper on the stack would not be erased",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, .. } = context;
    flags.claim(|flag| {
        flag.starts_with("-fplugin-arg-stackleak_plugin-")
            || flag.starts_with("-fsanitize-coverage-stack-depth-callback-min=")
    });
    let disabled = flags.has("-fplugin-arg-stackleak_plugin-disable");
    let plugin = flags.claim(|flag| flag.contains("/stackleak_plugin.so"));
    let clang = flags.last(&["-fsanitize-coverage=stack-depth"]);
    match clang.or(plugin.filter(|_| !disabled)) {
        None => Ok(()),
        Some(flag) => Err(No::new(
            flag,
            "rustc's functions would not tell how deep their stack was",
            OTHER_KERNEL,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    const GCC: &str = "-fplugin=./scripts/gcc-plugins/stackleak_plugin.so \
                       -fplugin-arg-stackleak_plugin-track-min-size=100 -fplugin-arg-stackleak_plugin-arch=x86";

    #[test]
    fn c_without_it_is_followed() {
        assert!(arguments(&RULE, "").is_empty());
        assert!(arguments(
            &RULE,
            &format!("{GCC} -fplugin-arg-stackleak_plugin-disable")
        )
        .is_empty());
        assert!(arguments(
            &RULE,
            "-fsanitize-coverage=stack-depth -fsanitize-coverage-stack-depth-callback-min=100 \
             -fno-sanitize-coverage=stack-depth"
        )
        .is_empty());
    }

    #[test]
    fn both_compilers_are_refused() {
        assert!(refusal(&RULE, GCC).contains("stackleak_plugin.so"));
        assert!(refusal(&RULE, "-fsanitize-coverage=stack-depth").contains("stack-depth"));
    }
}
