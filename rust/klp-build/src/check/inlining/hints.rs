// SPDX-License-Identifier: GPL-2.0

//! What hints at inlining where there is no debug information.
//!
//! gcc inlines the beginning of a function into its callers, most often a test, and makes of the rest a function `name.part.0`.
//! Where the function itself is there too, it is called from somewhere else. Of the functions of Debian's 7.3.4 with such a part, 19
//! of 20 are inlined somewhere; but they are only 7 of 100 of those which are.

use livepatch_symbols::Object;

use super::HINT;
use crate::check::context::Context;
use crate::check::finding::Finding;

/// What the compiler calls the rest of a function whose beginning it inlines.
const PART: &str = ".part.";

/// Checks it.
pub(super) fn check(context: &Context<'_>, object: &Object, function: &str) -> Option<Finding> {
    let clones = object.clones(function);
    let part = clones.iter().find(|symbol| symbol.name.contains(PART))?;

    Some(Finding::warning(
        HINT,
        format!(
            "{} is there as well: gcc makes it where it inlines the beginning of the function into callers, which go on with the old \
             code then (this is a heuristic)",
            part.name
        ),
        settle(context),
    ))
}

/// Says what would tell for certain.
fn settle(context: &Context<'_>) -> String {
    let release = context.kernel().release().unwrap_or("RELEASE");

    format!(
        "give the kernel with debug information with --vmlinux, which tells it (Debian: linux-image-{release}-dbg), or the function's \
         file compiled in the prepared tree of the kernel (make FILE.o)"
    )
}
