// SPDX-License-Identifier: GPL-2.0

//! Files of modules that may be compressed.

use std::io::{Cursor, Read};
use std::path::Path;

use crate::Error;

/// No module is larger than this; what claims to be is no module.
const LARGEST: u64 = 1 << 30;

/// Returns the contents of a file, expanded if they are compressed in one of the ways that the kernel knows.
pub(crate) fn expand(path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
    let mut reader: Box<dyn Read> = if bytes.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]) {
        Box::new(liblzma::read::XzDecoder::new(Cursor::new(bytes)))
    } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Box::new(zstd::stream::read::Decoder::new(Cursor::new(bytes)).map_err(Error::read(path))?)
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::read::GzDecoder::new(Cursor::new(bytes)))
    } else {
        return Ok(bytes);
    };
    let mut expanded = Vec::new();

    reader
        .by_ref()
        .take(LARGEST)
        .read_to_end(&mut expanded)
        .map_err(Error::read(path))?;
    Ok(expanded)
}
