// SPDX-License-Identifier: GPL-2.0

//! The ELF notes of a kernel.

/// The type of the note with the build id; `NT_GNU_BUILD_ID`, C header: `include/uapi/linux/elf.h`.
const NT_GNU_BUILD_ID: u32 = 3;

/// Who gives out the types of the note with the build id.
const GNU: &[u8] = b"GNU\0";

/// Returns the build id from the ELF notes of a kernel or of a module.
///
/// Notes are in the byte order of their kernel, which nothing in them tells: the one is taken in which they make sense.
pub(crate) fn build_id(notes: &[u8]) -> Option<&[u8]> {
    find(notes, u32::from_le_bytes).or_else(|| find(notes, u32::from_be_bytes))
}

fn find(mut notes: &[u8], number: fn([u8; 4]) -> u32) -> Option<&[u8]> {
    loop {
        let (name_size, rest) = take_number(notes, number)?;
        let (size, rest) = take_number(rest, number)?;
        let (kind, rest) = take_number(rest, number)?;
        let (name, rest) = take(rest, name_size)?;
        let (descriptor, rest) = take(rest, size)?;

        if kind == NT_GNU_BUILD_ID && name == GNU && !descriptor.is_empty() {
            return Some(descriptor);
        }
        notes = rest;
    }
}

fn take_number(bytes: &[u8], number: fn([u8; 4]) -> u32) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first_chunk()?;

    Some((number(*first), rest))
}

/// Takes `size` bytes, and what fills them up to a multiple of four; the end may lack that.
fn take(bytes: &[u8], size: u32) -> Option<(&[u8], &[u8])> {
    let size = usize::try_from(size).ok()?;
    let taken = bytes.get(..size)?;
    let padded = size.checked_next_multiple_of(4)?;

    Some((taken, bytes.get(padded..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(name: &[u8], kind: u32, descriptor: &[u8], number: fn(u32) -> [u8; 4]) -> Vec<u8> {
        let mut note = Vec::new();

        for field in [name.len() as u32, descriptor.len() as u32, kind] {
            note.extend(number(field));
        }
        for part in [name, descriptor] {
            note.extend(part);
            note.resize(note.len().next_multiple_of(4), 0);
        }
        note
    }

    #[test]
    fn build_id_of_both_byte_orders() {
        for number in [u32::to_le_bytes, u32::to_be_bytes] {
            let mut notes = note(b"Linux\0", 0x101, &[0; 4], number);

            notes.extend(note(b"Xen\0", 3, b"5", number));
            notes.extend(note(b"GNU\0", 3, b"identity", number));
            assert_eq!(build_id(&notes), Some(&b"identity"[..]));
        }
    }

    #[test]
    fn no_build_id() {
        let whole = note(b"GNU\0", 3, b"identity", u32::to_le_bytes);

        for end in 0..whole.len() {
            assert_eq!(build_id(&whole[..end]), None);
        }
        assert_eq!(build_id(&[0xff; 64]), None);
    }
}
