// SPDX-License-Identifier: GPL-2.0

//! Numbers in bytes of either order.

/// The order of the bytes of a number: the target's, which need not be this machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The least significant byte comes first.
    Little,
    /// The most significant byte comes first.
    Big,
}

impl ByteOrder {
    /// Reads the number at `offset`; [`None`] if it is not all there.
    pub(crate) fn u32(self, bytes: &[u8], offset: usize) -> Option<u32> {
        let number = array(bytes, offset)?;

        Some(match self {
            Self::Little => u32::from_le_bytes(number),
            Self::Big => u32::from_be_bytes(number),
        })
    }
}

fn array<const N: usize>(bytes: &[u8], offset: usize) -> Option<[u8; N]> {
    bytes.get(offset..offset.checked_add(N)?)?.try_into().ok()
}
