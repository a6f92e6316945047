// SPDX-License-Identifier: GPL-2.0

//! What a section holds.

use std::borrow::Cow;

/// What a section holds: bytes of the file, or only a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents<'a> {
    /// The bytes.
    Bytes(Cow<'a, [u8]>),
    /// So many zeros, which are not in the file (`SHT_NOBITS`).
    NoBits(u64),
}

impl Contents<'_> {
    /// Returns the bytes; none of a section without any in the file.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::NoBits(_) => &[],
        }
    }

    /// Returns the size that the section has in memory.
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::NoBits(size) => *size,
        }
    }
}

impl<'a> From<&'a [u8]> for Contents<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Contents<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(bytes))
    }
}

impl Default for Contents<'_> {
    fn default() -> Self {
        Self::NoBits(0)
    }
}
