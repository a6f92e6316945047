// SPDX-License-Identifier: GPL-2.0

//! How the stack is aligned, and what else a call costs.

use crate::rule::{Context, No, Row, Rule, OTHER_KERNEL};

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "calls",
        options: &["X86_64"],
        c: "`-mpreferred-stack-boundary=3` or `-mstack-alignment=8`, `-mskip-rax-setup`, `-maccumulate-outgoing-args`",
        ours: "nothing: instructions that need a stack aligned to 16 are those of SSE, which are off; the rest saves an instruction",
        refused: "another alignment",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, .. } = context;
    flags.last(&[
        "-mskip-rax-setup",
        "-maccumulate-outgoing-args",
        "-mno-accumulate-outgoing-args",
    ]);
    let alignment = flags.claim(|flag| {
        flag.starts_with("-mpreferred-stack-boundary=") || flag.starts_with("-mstack-alignment=")
    });
    match alignment {
        None
        | Some(
            "-mpreferred-stack-boundary=3"
            | "-mpreferred-stack-boundary=4"
            | "-mstack-alignment=8"
            | "-mstack-alignment=16",
        ) => Ok(()),
        Some(flag) => Err(No::new(
            flag,
            "rustc's functions align the stack to 8 bytes",
            OTHER_KERNEL,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{arguments, refusal, unclaimed};

    #[test]
    fn nothing_is_needed() {
        for flags in [
            "",
            "-mpreferred-stack-boundary=3 -mskip-rax-setup",
            "-mstack-alignment=8",
        ] {
            assert!(arguments(&RULE, flags).is_empty());
            assert!(unclaimed(&RULE, flags).is_empty());
        }
    }

    #[test]
    fn another_alignment_is_refused() {
        assert!(refusal(&RULE, "-mpreferred-stack-boundary=5").contains("boundary=5"));
        assert!(refusal(&RULE, "-mstack-alignment=4").contains("alignment=4"));
    }
}
