// SPDX-License-Identifier: GPL-2.0

//! Debug information.

use crate::rule::{Context, No, Row, Rule};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "debug information",
        options: &["DEBUG_INFO", "DEBUG_INFO_DWARF4", "DEBUG_INFO_DWARF5", "DEBUG_INFO_REDUCED"],
        c: "`-g`, `-gdwarf-4`, `-gdwarf-5`; with `-fno-var-tracking` less",
        ours: "`-Cdebuginfo=2` or `1`, `-Cdwarf-version=` as C's where C names one; none where C has none",
        refused: "never: it changes no code",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context {
        flags, rustc, plan, ..
    } = context;
    let reduced = flags.has("-fno-var-tracking");
    let kind = flags.claim(|flag| flag.starts_with("-g"));
    let version = flags
        .value("-gdwarf-")
        .filter(|version| matches!(*version, "4" | "5"));
    if kind.is_none_or(|kind| kind == "-g0") {
        plan.argument("-Cdebuginfo=0");
        return Ok(());
    }
    plan.argument(if reduced {
        "-Cdebuginfo=1"
    } else {
        "-Cdebuginfo=2"
    });
    if let Some(version) = version {
        let letter = if rustc.has_codegen("dwarf-version") {
            'C'
        } else {
            'Z'
        };
        plan.argument(format!("-{letter}dwarf-version={version}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, arguments_with};

    #[test]
    fn there_is_as_much_as_c_has() {
        assert_eq!(arguments(&RULE, "-O2"), ["-Cdebuginfo=0"]);
        assert_eq!(arguments(&RULE, "-g"), ["-Cdebuginfo=2"]);
        assert_eq!(arguments(&RULE, "-g -g0"), ["-Cdebuginfo=0"]);
        assert_eq!(
            arguments(&RULE, "-g -fno-var-tracking -femit-struct-debug-baseonly"),
            ["-Cdebuginfo=1"]
        );
    }

    #[test]
    fn the_version_is_that_of_c() {
        assert_eq!(
            arguments(&RULE, "-g -gdwarf-5"),
            ["-Cdebuginfo=2", "-Zdwarf-version=5"]
        );
        assert_eq!(
            arguments_with(&RULE, "-gdwarf-4", &["-Cdwarf-version"]),
            ["-Cdebuginfo=2", "-Cdwarf-version=4"]
        );
    }
}
