// SPDX-License-Identifier: GPL-2.0

//! The list of functions that ftrace can change, as tracefs has it: `available_filter_functions_addrs`, or without addresses
//! `available_filter_functions`.
//!
//! C source: `kernel/trace/ftrace.c`.

use crate::kallsyms::hexadecimal;

/// A line of the list: a site in the kernel itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Where the site is, if the list tells.
    pub(crate) address: Option<u64>,
    /// The function that it is in.
    pub(crate) name: &'a str,
}

/// Returns the sites of the kernel itself, in the order of the list, which is that of their addresses.
///
/// Sites of modules have the module's name behind them; they and lines that are none are skipped.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = Line<'_>> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line
            .split(|byte| byte.is_ascii_whitespace())
            .filter(|field| !field.is_empty());
        let (first, second, third) = (fields.next()?, fields.next(), fields.next());
        let (address, name) = match (second, third) {
            (None, _) => (None, first),
            (Some(name), None) if !name.starts_with(b"[") => (Some(hexadecimal(first)?), name),
            _ => return None,
        };

        Some(Line {
            address,
            name: std::str::from_utf8(name).ok()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_addresses() {
        let text = b"ffffffff81000014 f\nffffffffc0000000 g [mod]\n\nx h\n";
        let names = b"f\ng [mod]\nadd\n";

        assert_eq!(
            lines(text).collect::<Vec<_>>(),
            [Line {
                address: Some(0xffff_ffff_8100_0014),
                name: "f"
            }]
        );
        assert_eq!(
            lines(names)
                .map(|line| (line.address, line.name))
                .collect::<Vec<_>>(),
            [(None, "f"), (None, "add")]
        );
    }
}
