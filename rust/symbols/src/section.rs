// SPDX-License-Identifier: GPL-2.0

//! One section of an ELF file that may be too large to be read as a whole: a kernel with its debug information.

use std::fs;
use std::path::Path;

use object::elf::FileHeader64;
use object::read::elf::{FileHeader, SectionHeader};
use object::read::ReadCache;
use object::Endianness;

use crate::Error;

/// Returns the contents of a section; [`None`] if there is none of the name.
pub(crate) fn read(path: &Path, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let file = fs::File::open(path).map_err(Error::read(path))?;
    let bytes = ReadCache::new(file);

    find(&bytes, name).map_err(|error| {
        Error::format(
            path,
            format!("is no whole ELF file of a 64-bit kernel: {error}"),
        )
    })
}

fn find(bytes: &ReadCache<fs::File>, name: &str) -> object::Result<Option<Vec<u8>>> {
    let header = FileHeader64::<Endianness>::parse(bytes)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;

    sections
        .section_by_name(endian, name.as_bytes())
        .map(|(_, section)| Ok(section.data(endian, bytes)?.to_vec()))
        .transpose()
}
