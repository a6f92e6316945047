// SPDX-License-Identifier: GPL-2.0

//! Frame pointers, where the kernel unwinds by them.

use crate::mechanism::Mechanism;
use crate::rule::{Context, No, Row, Rule};
use crate::target::Value;

/// The rule.
pub const RULE: Rule = Rule {
    row: Row {
        mechanism: "frame pointer",
        options: &["FRAME_POINTER", "UNWINDER_FRAME_POINTER"],
        c: "`-fno-omit-frame-pointer -fno-optimize-sibling-calls`; with ORC `-fomit-frame-pointer` or nothing",
        ours: "`-Cforce-frame-pointers=y`, and `target.json` says `always`; with ORC `may-omit`. Calls at the end of a function may \
               become jumps, as in the kernel's own Rust code: a function that jumped away is not in a backtrace, and need not be",
        refused: "never",
    },
    derive,
};

fn derive(context: &mut Context<'_>) -> Result<(), No> {
    let Context { flags, plan, .. } = context;
    flags.last(&["-fno-optimize-sibling-calls"]);
    if flags.on("-fno-omit-frame-pointer", "-fomit-frame-pointer") {
        plan.argument("-Cforce-frame-pointers=y");
        plan.target.push(("frame-pointer", Value::text("always")));
        plan.mechanisms.push(Mechanism::FramePointer);
    } else {
        plan.target.push(("frame-pointer", Value::text("may-omit")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::target::Value;
    use crate::testing::{plan, unclaimed};

    #[test]
    fn there_is_one_where_c_has_it() {
        let c = "-fno-omit-frame-pointer -fno-optimize-sibling-calls";
        let plan = plan(&RULE, c);
        assert_eq!(plan.arguments, ["-Cforce-frame-pointers=y"]);
        assert_eq!(plan.target, [("frame-pointer", Value::text("always"))]);
        assert!(unclaimed(&RULE, c).is_empty());
    }

    #[test]
    fn there_need_be_none_with_orc() {
        for flags in [
            "",
            "-fomit-frame-pointer",
            "-fno-omit-frame-pointer -fomit-frame-pointer",
        ] {
            let plan = plan(&RULE, flags);
            assert!(plan.arguments.is_empty());
            assert_eq!(plan.target, [("frame-pointer", Value::text("may-omit"))]);
        }
    }
}
