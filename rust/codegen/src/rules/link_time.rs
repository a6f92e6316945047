// SPDX-License-Identifier: GPL-2.0

//! Optimisation when linking.

use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "link-time optimisation",
        options: &["LTO_CLANG_FULL", "LTO_CLANG_THIN"],
        c: "`-flto`, `-flto=thin -fsplit-lto-unit -fvisibility=hidden`",
        ours: "nothing, as the kernel's own Rust code: machine code is linked with what is made of C's bitcode, and objtool sees \
               the whole module",
        refused: "never",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    context.flags.claim(|flag| {
        flag == "-flto"
            || flag.starts_with("-flto=")
            || matches!(
                flag,
                "-fno-lto" | "-fsplit-lto-unit" | "-fvisibility=hidden" | "-fwhole-program-vtables"
            )
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::arguments;

    #[test]
    fn our_code_is_the_same_with_and_without() {
        for flags in [
            "-fno-lto",
            "-flto",
            "-fno-lto -flto=thin -fsplit-lto-unit -fvisibility=hidden",
        ] {
            assert!(arguments(&RULE, flags).is_empty(), "{flags}");
        }
    }
}
