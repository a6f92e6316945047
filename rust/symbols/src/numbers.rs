// SPDX-License-Identifier: GPL-2.0

//! Numbers that somebody else works out of a kernel, in the form in which tables are kept.

use std::path::Path;

use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::table::{Builder, Key, Record, Table, Text};
use crate::Error;

/// A number.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(crate) struct Row {
    number: U32,
}

impl Record for Row {
    const KIND: u32 = 4;

    fn name(&self) -> Text {
        Text::default()
    }
}

/// Makes a table of numbers, which come from the file `source`.
pub(crate) fn build(source: &Path, numbers: &[u32], key: &Key) -> Result<Table<Row>, Error> {
    let mut builder = Builder::new();

    for number in numbers {
        builder.push(Row {
            number: U32::new(*number),
        });
    }
    builder
        .finish(key)
        .ok_or_else(|| Error::format(source, "makes more numbers than can be kept"))
}

/// Returns the numbers of a table.
pub(crate) fn read(table: &Table<Row>) -> Vec<u32> {
    table.records().iter().map(|row| row.number.get()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_they_are() {
        let key = [1; 32];
        let table = build(Path::new("vmlinuz"), &[3, 1, u32::MAX], &key).unwrap();
        let kept = Table::from_file(table.as_file().to_vec(), &key).unwrap();

        assert_eq!(read(&kept), [3, 1, u32::MAX]);
    }
}
