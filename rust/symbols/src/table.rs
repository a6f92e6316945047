// SPDX-License-Identifier: GPL-2.0

//! Records that are sorted by name, in a form that is a file at the same time.
//!
//! ```text
//!  ┌────────┬─────────────────────────────┬──────────────────────────────┐
//!  │ Header │ records, in order of names  │ strings that they refer to   │
//!  └────────┴─────────────────────────────┴──────────────────────────────┘
//! ```
//!
//! All numbers are little endian and unaligned, so that a file serves any machine. A table that was read from a file has had
//! its checksum compared; every access is bounds-checked all the same, and what is out of bounds is empty.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// What the file of a table begins with.
const MAGIC: [u8; 8] = *b"lp-index";

/// The version of the format of the file and of its records, and of what is derived for them.
const VERSION: u32 = 1;

/// What tells from which sources a table was made.
pub(crate) type Key = [u8; 32];

/// The head of a table.
#[derive(Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    version: U32,
    kind: U32,
    key: Key,
    /// How many records there are.
    records: U32,
    /// How many bytes of strings there are.
    strings: U32,
    /// The CRC-32 of the records and strings.
    checksum: U32,
}

/// A string of a table.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    FromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
    Unaligned,
)]
#[repr(C)]
pub(crate) struct Text {
    offset: U32,
    length: U16,
}

/// What a table is made of.
pub(crate) trait Record:
    FromBytes + IntoBytes + Immutable + KnownLayout + Unaligned
{
    /// Tells tables of these records from others.
    const KIND: u32;

    /// Returns what the table is sorted by.
    fn name(&self) -> Text;
}

/// A sorted table of records.
pub(crate) struct Table<R> {
    bytes: Vec<u8>,
    records: Range<usize>,
    strings: Range<usize>,
    of: PhantomData<R>,
}

impl<R> fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("records", &self.records)
            .field("strings", &self.strings)
            .finish_non_exhaustive()
    }
}

impl<R: Record> Table<R> {
    /// Reads the file of a table; [`None`] if it is not whole, or made by another version, or from other sources.
    pub(crate) fn from_file(bytes: Vec<u8>, key: &Key) -> Option<Self> {
        let (header, rest) = Header::read_from_prefix(&bytes).ok()?;
        let records = usize::try_from(header.records.get())
            .ok()?
            .checked_mul(size_of::<R>())?;
        let strings = usize::try_from(header.strings.get()).ok()?;
        let is_mine = header.magic == MAGIC
            && header.version.get() == VERSION
            && header.kind.get() == R::KIND
            && header.key == *key
            && records.checked_add(strings) == Some(rest.len())
            && header.checksum.get() == crc32fast::hash(rest);

        is_mine.then_some(())?;

        let start = size_of::<Header>();
        let middle = start.checked_add(records)?;

        Some(Self {
            records: start..middle,
            strings: middle..bytes.len(),
            bytes,
            of: PhantomData,
        })
    }

    /// Returns the table as the file that [`Self::from_file`] reads.
    pub(crate) fn as_file(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns all records.
    pub(crate) fn records(&self) -> &[R] {
        let bytes = self.bytes.get(self.records.clone()).unwrap_or_default();

        // The length is a multiple of a record's, by `from_file` and `Builder::finish`.
        <[R]>::ref_from_bytes(bytes).unwrap_or_default()
    }

    fn bytes_of(&self, text: Text) -> &[u8] {
        let strings = self.bytes.get(self.strings.clone()).unwrap_or_default();
        let start = usize::try_from(text.offset.get()).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::from(text.length.get()));

        strings.get(start..end).unwrap_or_default()
    }

    /// Returns a string of a record.
    pub(crate) fn text(&self, text: Text) -> &str {
        std::str::from_utf8(self.bytes_of(text)).unwrap_or_default()
    }

    /// Returns the records of exactly this name, in the order in which they were added.
    pub(crate) fn named(&self, name: &str) -> &[R] {
        let records = self.from(name);
        let end = records
            .iter()
            .position(|record| self.bytes_of(record.name()) != name.as_bytes())
            .unwrap_or(records.len());

        records.get(..end).unwrap_or_default()
    }

    /// Returns the records whose names begin like this.
    pub(crate) fn starting(&self, prefix: &str) -> &[R] {
        let records = self.from(prefix);
        let end = records
            .partition_point(|record| self.bytes_of(record.name()).starts_with(prefix.as_bytes()));

        records.get(..end).unwrap_or_default()
    }

    /// Returns the records whose names are not less than `name`.
    fn from(&self, name: &str) -> &[R] {
        let records = self.records();
        let start =
            records.partition_point(|record| self.bytes_of(record.name()) < name.as_bytes());

        records.get(start..).unwrap_or_default()
    }

    /// Returns all names, each once, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let mut last = Text::default();

        self.records().iter().filter_map(move |record| {
            // Records of one name share its string, by `Builder::text`.
            let name = record.name();
            let is_new = name != last;

            last = name;
            is_new.then(|| self.text(name))
        })
    }
}

/// Collects the records of a [`Table`]. They must come in the order of their names.
pub(crate) struct Builder<'a, R> {
    records: Vec<R>,
    strings: Vec<u8>,
    known: HashMap<&'a str, Text>,
}

impl<'a, R: Record> Builder<'a, R> {
    pub(crate) fn new() -> Self {
        Self {
            records: Vec::new(),
            strings: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Adds a string, once; [`None`] if it is longer than any name in the kernel, or there is no more room.
    pub(crate) fn text(&mut self, string: &'a str) -> Option<Text> {
        if let Some(text) = self.known.get(string) {
            return Some(*text);
        }

        let text = Text {
            offset: U32::new(u32::try_from(self.strings.len()).ok()?),
            length: U16::new(u16::try_from(string.len()).ok()?),
        };

        self.strings.extend_from_slice(string.as_bytes());
        self.known.insert(string, text);
        Some(text)
    }

    pub(crate) fn push(&mut self, record: R) {
        self.records.push(record);
    }

    /// Makes the table; [`None`] if it is larger than the format allows.
    pub(crate) fn finish(self, key: &Key) -> Option<Table<R>> {
        let records = self.records.as_slice().as_bytes();
        let mut checksum = crc32fast::Hasher::new();

        checksum.update(records);
        checksum.update(&self.strings);

        let header = Header {
            magic: MAGIC,
            version: U32::new(VERSION),
            kind: U32::new(R::KIND),
            key: *key,
            records: U32::new(u32::try_from(self.records.len()).ok()?),
            strings: U32::new(u32::try_from(self.strings.len()).ok()?),
            checksum: U32::new(checksum.finalize()),
        };
        let bytes = [header.as_bytes(), records, &self.strings].concat();
        let start = size_of::<Header>();
        let middle = start.checked_add(records.len())?;

        Some(Table {
            records: start..middle,
            strings: middle..bytes.len(),
            bytes,
            of: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
    #[repr(C)]
    struct Row {
        name: Text,
        number: u8,
    }

    impl Record for Row {
        const KIND: u32 = 0;

        fn name(&self) -> Text {
            self.name
        }
    }

    const KEY: Key = [7; 32];

    fn table() -> Table<Row> {
        let mut builder = Builder::new();

        for (number, string) in ["a", "ab", "ab", "ab.x", "ab.y", "b"]
            .into_iter()
            .enumerate()
        {
            let name = builder.text(string).unwrap();

            builder.push(Row {
                name,
                number: number as u8,
            });
        }
        builder.finish(&KEY).unwrap()
    }

    fn numbers(rows: &[Row]) -> Vec<u8> {
        rows.iter().map(|row| row.number).collect()
    }

    #[test]
    fn finds() {
        let table = table();

        assert_eq!(numbers(table.named("a")), [0]);
        assert_eq!(numbers(table.named("ab")), [1, 2]);
        assert_eq!(numbers(table.named("b")), [5]);
        assert!(table.named("aa").is_empty());
        assert!(table.named("c").is_empty());
        assert_eq!(numbers(table.starting("ab.")), [3, 4]);
        assert_eq!(
            table.names().collect::<Vec<_>>(),
            ["a", "ab", "ab.x", "ab.y", "b"]
        );
    }

    #[test]
    fn a_file_is_the_same_table() {
        let file = table().as_file().to_vec();
        let read = Table::<Row>::from_file(file, &KEY).unwrap();

        assert_eq!(numbers(read.named("ab")), [1, 2]);
    }

    #[test]
    fn a_damaged_file_is_no_table() {
        let whole = table().as_file().to_vec();

        for end in 0..whole.len() {
            assert!(Table::<Row>::from_file(whole[..end].to_vec(), &KEY).is_none());
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();

            damaged[at] ^= 0x10;
            assert!(Table::<Row>::from_file(damaged, &KEY).is_none(), "{at}");
        }
        assert!(Table::<Row>::from_file(whole, &[8; 32]).is_none());
    }

    #[test]
    fn what_is_out_of_bounds_is_empty() {
        let table = table();
        let text = Text {
            offset: U32::MAX_VALUE,
            length: U16::MAX_VALUE,
        };

        assert_eq!(table.text(text), "");
    }
}
