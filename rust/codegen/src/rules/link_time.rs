// SPDX-License-Identifier: GPL-2.0

//! Optimisation when linking.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "link-time optimisation",
        options: &["LTO_CLANG_FULL", "LTO_CLANG_THIN"],
        c: "`-flto`, `-flto=thin -fsplit-lto-unit -fvisibility=hidden`",
        ours: "nothing",
        refused:
            "C has it: its objects are bitcode, and some checks are made only when they are linked",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, .. } = context;
    let flag =
        flags.claim(|flag| flag == "-flto" || flag.starts_with("-flto=") || flag == "-fno-lto");
    let companions = flags.claim(|flag| {
        matches!(
            flag,
            "-fsplit-lto-unit" | "-fvisibility=hidden" | "-fwhole-program-vtables"
        )
    });
    match flag.filter(|flag| *flag != "-fno-lto").or(companions) {
        None => Ok(()),
        Some(flag) => Err(No::new(
            flag,
            "our objects are machine code already, and would not be part of it",
            OTHER_KERNEL,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal};

    #[test]
    fn c_without_it_is_followed() {
        assert!(arguments(&RULE, "-fno-lto").is_empty());
    }

    #[test]
    fn c_with_it_is_refused() {
        assert!(refusal(&RULE, "-fno-lto -flto=thin -fsplit-lto-unit").contains("-flto=thin"));
        assert!(refusal(&RULE, "-flto").contains("-flto"));
        assert!(refusal(&RULE, "-fvisibility=hidden").contains("-fvisibility=hidden"));
    }
}
