// SPDX-License-Identifier: GPL-2.0

//! The header: where the parts of a file are.

use std::ops::Range;

use crate::bytes::ByteOrder;
use crate::error::Error;

const MAGIC: u16 = 0xeb9f;
const VERSION: u8 = 1;
/// The header up to the length of the strings, which all files have.
const SHORT: usize = 24;
/// The header with the place of the layouts.
const WITH_LAYOUTS: usize = 32;

/// Where the parts of a file are.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) order: ByteOrder,
    pub(crate) types: Range<usize>,
    pub(crate) strings: Range<usize>,
    /// The sizes of the kinds, in files of newer tools: so that others can skip what they do not know.
    pub(crate) layouts: Range<usize>,
}

impl Header {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let order = match bytes {
            [a, b, ..] if u16::from_le_bytes([*a, *b]) == MAGIC => ByteOrder::Little,
            [a, b, ..] if u16::from_be_bytes([*a, *b]) == MAGIC => ByteOrder::Big,
            _ => return Err(Error::Magic),
        };
        match bytes.get(2) {
            Some(&VERSION) => {}
            Some(&version) => return Err(Error::Version(version)),
            None => return Err(Error::Header),
        }
        let word = |offset| {
            let word = order.u32(bytes, offset).ok_or(Error::Header)?;
            usize::try_from(word).map_err(|_| Error::Header)
        };
        let length = word(4)?;
        if length < SHORT || length > bytes.len() {
            return Err(Error::Header);
        }
        let part = |offset: usize, what| {
            let start = length.checked_add(word(offset)?).ok_or(Error::Part(what))?;
            let end = start
                .checked_add(word(offset + 4)?)
                .ok_or(Error::Part(what))?;

            if end > bytes.len() {
                return Err(Error::Part(what));
            }
            Ok(start..end)
        };

        Ok(Self {
            order,
            types: part(8, "types")?,
            strings: part(16, "strings")?,
            layouts: if length >= WITH_LAYOUTS {
                part(24, "layouts")?
            } else {
                0..0
            },
        })
    }
}
