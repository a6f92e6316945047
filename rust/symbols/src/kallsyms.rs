// SPDX-License-Identifier: GPL-2.0

//! The symbol table of a kernel as text: `/proc/kallsyms`, or `System.map`.
//!
//! C source: `kernel/kallsyms.c`.

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) address: u64,
    /// What kind of symbol it is, as nm(1) tells it.
    pub(crate) letter: u8,
    pub(crate) name: &'a str,
}

/// Returns the symbols of the kernel itself, in the order of the table, which is the one in which the kernel counts symbols of
/// the same name.
///
/// The symbols of modules, of BPF programs and of trampolines have a fourth column; they and lines that are none are skipped.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = Line<'_>> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut fields = line
            .split(|byte| byte.is_ascii_whitespace())
            .filter(|field| !field.is_empty());
        let address = hexadecimal(fields.next()?)?;
        let letter = match fields.next()? {
            [letter] => *letter,
            _ => return None,
        };
        let name = std::str::from_utf8(fields.next()?).ok()?;

        fields.next().is_none().then_some(Line {
            address,
            letter,
            name,
        })
    })
}

/// Reads a number as the kernel writes addresses: without a prefix.
pub(crate) fn hexadecimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |number: u64, digit| {
        Some((number << 4) | u64::from(char::from(*digit).to_digit(16)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_symbols_of_the_kernel() {
        let text = b"ffffffff81000000 T _text\n0 A a\n\nffffffffc0000000 t f\t[mod]\nffffffffc0000010 t g\t[bpf]\nx T y\n1 TT z\n2 d";

        assert_eq!(
            lines(text).collect::<Vec<_>>(),
            [
                Line {
                    address: 0xffff_ffff_8100_0000,
                    letter: b'T',
                    name: "_text"
                },
                Line {
                    address: 0,
                    letter: b'A',
                    name: "a"
                }
            ]
        );
    }

    #[test]
    fn numbers() {
        assert_eq!(hexadecimal(b"ffffffffffffffff"), Some(u64::MAX));
        assert_eq!(hexadecimal(b"10000000000000000"), None);
        assert_eq!(hexadecimal(b""), None);
        assert_eq!(hexadecimal(b"0x1"), None);
    }
}
