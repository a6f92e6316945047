// SPDX-License-Identifier: GPL-2.0

//! Finding the units that speak of a function, without reading them.
//!
//! Most of the debug information of a kernel has nothing to do with the functions of a livepatch. An entry refers to its name by
//! the name's offset in `.debug_str`, so a unit that has these four bytes nowhere does not name the function.

use std::collections::{HashMap, HashSet};

use gimli::RunTimeEndian;

/// The length of the names that compilers write into the entries themselves, for they are no longer than an offset.
const WRITTEN: usize = 3;

/// How an entry can refer to the names that are looked for.
pub(super) struct Needles<'a> {
    names: HashMap<&'a [u8], usize>,
    /// Which name is at an offset of `.debug_str`.
    offsets: HashMap<u64, usize>,
    /// The four bytes of each offset, as the file has them.
    words: HashSet<[u8; 4]>,
    /// A bit for the first two bytes of each word: they show of most bytes that they are none.
    beginnings: Vec<bool>,
    /// The names that can be in the entries themselves, with their end.
    written: Vec<Vec<u8>>,
}

impl<'a> Needles<'a> {
    /// Prepares to look for names; `strings` is `.debug_str`.
    pub(super) fn new(names: &[&'a str], strings: &[u8], endian: RunTimeEndian) -> Self {
        let names: HashMap<_, _> = names
            .iter()
            .enumerate()
            .map(|(index, name)| (name.as_bytes(), index))
            .collect();
        let offsets = offsets(&names, strings);
        let words: HashSet<_> = offsets
            .keys()
            .map(|offset| {
                // In the 64-bit format, the other half is zero.
                let low = *offset as u32;

                match endian {
                    RunTimeEndian::Little => low.to_le_bytes(),
                    RunTimeEndian::Big => low.to_be_bytes(),
                }
            })
            .collect();
        let mut beginnings = vec![false; 1 << 16];

        for word in &words {
            if let Some(place) = beginnings.get_mut(beginning(*word)) {
                *place = true;
            }
        }
        let written = names
            .keys()
            .filter(|name| name.len() <= WRITTEN || strings.is_empty())
            .map(|name| [*name, &[0]].concat())
            .collect();

        Self {
            names,
            offsets,
            words,
            beginnings,
            written,
        }
    }

    /// Returns whether bytes of `.debug_info` can name what is looked for.
    pub(super) fn can_be_in(&self, bytes: &[u8]) -> bool {
        let is_word = |window: &[u8]| {
            window.first_chunk::<4>().is_some_and(|word| {
                self.beginnings.get(beginning(*word)).is_some_and(|it| *it)
                    && self.words.contains(word)
            })
        };
        let is_written = |name: &Vec<u8>| bytes.windows(name.len()).any(|window| window == name);

        bytes.windows(4).any(is_word) || self.written.iter().any(is_written)
    }

    /// Returns which name is at an offset of `.debug_str`.
    pub(super) fn at(&self, offset: usize) -> Option<usize> {
        self.offsets.get(&u64::try_from(offset).ok()?).copied()
    }

    /// Returns which name a string is.
    pub(super) fn named(&self, string: &[u8]) -> Option<usize> {
        self.names.get(string).copied()
    }
}

/// Finds the names in `.debug_str`.
fn offsets(names: &HashMap<&[u8], usize>, strings: &[u8]) -> HashMap<u64, usize> {
    let mut offsets = HashMap::new();
    let mut lengths: Vec<_> = names.keys().map(|name| name.len()).collect();
    let mut start = 0;

    lengths.sort_unstable();
    lengths.dedup();
    for string in strings.split(|byte| *byte == 0) {
        // The linker keeps a string that is the end of another one only once.
        for length in &lengths {
            let Some(at) = string.len().checked_sub(*length) else {
                break;
            };

            if let Some(index) = string.get(at..).and_then(|end| names.get(end)) {
                offsets.insert((start + at) as u64, *index);
            }
        }
        start += string.len() + 1;
    }
    offsets
}

fn beginning([first, second, ..]: [u8; 4]) -> usize {
    usize::from(u16::from_le_bytes([first, second]))
}
