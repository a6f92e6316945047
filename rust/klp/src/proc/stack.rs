// SPDX-License-Identifier: GPL-2.0

//! Where in the kernel a task is: `/proc/<pid>/task/<tid>/stack`.
//!
//! ```text
//! [<0>] msleep+0x2d/0x40 [module]
//!       [A]    [B]        [C]
//!
//! [A]  the function      [B]  where in it, and its size      [C]  its module; none for the kernel's own
//! ```
//!
//! Of a task that runs it shows what was there a moment ago, or nothing.

use serde::Serialize;

use super::task::Task;
use crate::system::{Root, SystemError};

/// The kernel shows 64 functions; this is more than they take.
const MAX_STACK: usize = 64 * 1024;

/// A function on a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// Its name.
    pub function: String,
    /// Its module; [`None`] for the kernel's own.
    pub module: Option<String>,
}

/// Returns the functions on a task's stack, the innermost first.
///
/// # Errors
///
/// Only root may see it, the kernel does not show it, or the task has gone.
pub fn read(root: &Root, task: Task) -> Result<Vec<Frame>, SystemError> {
    let bytes = root.read(task.path("stack"), MAX_STACK)?;

    Ok(parse(&String::from_utf8_lossy(&bytes)))
}

fn parse(text: &str) -> Vec<Frame> {
    text.lines().filter_map(frame).collect()
}

fn frame(line: &str) -> Option<Frame> {
    let (_, rest) = line.split_once("] ")?;
    let mut words = rest.split_ascii_whitespace();
    let place = words.next()?;
    // Without a name there is an address only, which older kernels end each stack with.
    let (function, _) = place.split_once('+')?;

    Some(Frame {
        function: function.to_owned(),
        module: words
            .next()
            .and_then(|word| word.strip_prefix('['))
            .map(|module| module.trim_end_matches(']').to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(function: &str, module: Option<&str>) -> Frame {
        Frame {
            function: function.to_owned(),
            module: module.map(str::to_owned),
        }
    }

    #[test]
    fn stacks_of_newer_kernels_are_read() {
        let text = "[<0>] msleep+0x2d/0x40\n[<0>] test_show+0x1e/0x30 [test_stall_target]\n";

        assert_eq!(
            parse(text),
            [
                frame("msleep", None),
                frame("test_show", Some("test_stall_target"))
            ]
        );
    }

    #[test]
    fn stacks_of_older_kernels_are_read() {
        let text = "[<ffffffff810a>] foo.isra.0+0x1/0x2\n[<ffffffffffffffff>] 0xffffffffffffffff\n";

        assert_eq!(parse(text), [frame("foo.isra.0", None)]);
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        for text in [
            "",
            "\n\n",
            "[<0>]",
            "[<0>] ",
            "[<0>] foo",
            "foo+0x1/0x2",
            "\u{0}",
            "[<0>] 0x1",
        ] {
            assert_eq!(parse(text), [], "{text}");
        }
        assert_eq!(parse("[<0>] +0x1/0x2 []"), [frame("", Some(""))]);
    }
}
