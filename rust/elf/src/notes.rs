// SPDX-License-Identifier: GPL-2.0

//! ELF notes, of whatever owner.

use object::Endianness;

/// A note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteEntry<'a> {
    /// The owner, without its NUL.
    pub owner: &'a [u8],
    /// What the owner means by it.
    pub n_type: u32,
    /// What it says.
    pub descriptor: &'a [u8],
}

/// Returns the notes in the bytes of a section of type `SHT_NOTE`, up to the first that is damaged.
///
/// It takes an alignment of 4 bytes, as the kernel and its modules have; their size fields have 4 bytes in 64-bit files too.
pub fn notes(endian: Endianness, bytes: &[u8]) -> impl Iterator<Item = NoteEntry<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (note, after) = first(endian, rest)?;
        rest = after;
        Some(note)
    })
}

/// Takes a note off the front of `bytes`, and returns what comes after it.
fn first(endian: Endianness, bytes: &[u8]) -> Option<(NoteEntry<'_>, &[u8])> {
    let (n_namesz, bytes) = word(endian, bytes)?;
    let (n_descsz, bytes) = word(endian, bytes)?;
    let (n_type, bytes) = word(endian, bytes)?;
    let (owner, bytes) = padded(n_namesz, bytes)?;
    let (descriptor, bytes) = padded(n_descsz, bytes)?;
    let owner = owner.strip_suffix(&[0]).unwrap_or(owner);

    Some((
        NoteEntry {
            owner,
            n_type,
            descriptor,
        },
        bytes,
    ))
}

fn word(endian: Endianness, bytes: &[u8]) -> Option<(u32, &[u8])> {
    use object::endian::Endian;

    let (word, rest) = bytes.split_first_chunk()?;
    Some((endian.read_u32_bytes(*word), rest))
}

/// Takes `size` bytes, and what fills them up to 4, which the last note may lack.
fn padded(size: u32, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let size = usize::try_from(size).ok()?;
    let taken = bytes.get(..size)?;
    let rest = bytes
        .get(size.checked_next_multiple_of(4)?..)
        .unwrap_or_default();

    Some((taken, rest))
}

/// Writes a note, padded to 4 bytes.
///
/// # Panics
///
/// Never: the callers bound what they write.
pub(crate) fn write(endian: Endianness, owner: &str, n_type: u32, descriptor: &[u8]) -> Vec<u8> {
    use object::endian::Endian;

    let mut output = Vec::new();
    let sizes = [owner.len() as u32 + 1, descriptor.len() as u32, n_type];
    for word in sizes {
        output.extend_from_slice(&endian.write_u32_bytes(word));
    }
    for part in [owner.as_bytes(), &[0]] {
        output.extend_from_slice(part);
    }
    output.resize(output.len().next_multiple_of(4), 0);
    output.extend_from_slice(descriptor);
    output.resize(output.len().next_multiple_of(4), 0);
    output
}
