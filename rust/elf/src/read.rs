// SPDX-License-Identifier: GPL-2.0

//! From the disk to bytes: module files are often compressed.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use liblzma::stream::Stream;

/// The biggest file that is read or written, uncompressed, in bytes.
pub const MAX_SIZE: usize = 256 << 20;

/// The most memory that a decompressor may take, apart from what it puts out; the kernel's own takes less.
const MAX_DECOMPRESSOR: u64 = 128 << 20;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// `.xz`
    Xz,
    /// `.zst`
    Zstd,
    /// `.gz`
    Gzip,
}

impl Compression {
    /// Returns how a file that begins with `bytes` is compressed.
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [0x1f, 0x8b, ..] => Self::Gzip,
            _ => Self::None,
        }
    }
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The system said so.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: PathBuf,
        /// What it said.
        error: io::Error,
    },
    /// It is too big, perhaps only when it is uncompressed.
    #[error("{file}: it has more than {MAX_SIZE} bytes, which no module has")]
    TooBig {
        /// The file.
        file: PathBuf,
    },
    /// What is compressed is damaged.
    #[error("{file}: it cannot be uncompressed: {error}")]
    Compressed {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        error: io::Error,
    },
}

/// Reads a file, and uncompresses it if its first bytes say that it is compressed.
///
/// # Errors
///
/// See [`ReadError`].
pub fn read(path: &Path) -> Result<(Vec<u8>, Compression), ReadError> {
    let file = || path.to_owned();
    let input = fs::File::open(path).map_err(|error| ReadError::Io {
        file: file(),
        error,
    })?;
    let bytes = bounded(input)
        .map_err(|error| ReadError::Io {
            file: file(),
            error,
        })?
        .ok_or_else(|| ReadError::TooBig { file: file() })?;

    uncompress(path, bytes)
}

/// Uncompresses what was read of the file `path`, if its first bytes say that it is compressed.
///
/// # Errors
///
/// See [`ReadError`].
pub fn uncompress(path: &Path, bytes: Vec<u8>) -> Result<(Vec<u8>, Compression), ReadError> {
    let file = || path.to_owned();
    let compression = Compression::of(&bytes);
    let damaged = |error| ReadError::Compressed {
        file: file(),
        error,
    };
    let uncompressed = match compression {
        Compression::None => return Ok((bytes, compression)),
        Compression::Xz => Stream::new_stream_decoder(MAX_DECOMPRESSOR, 0)
            .map_err(io::Error::from)
            .and_then(|stream| {
                bounded(liblzma::read::XzDecoder::new_stream(
                    bytes.as_slice(),
                    stream,
                ))
            }),
        Compression::Zstd => {
            zstd::Decoder::with_buffer(bytes.as_slice()).and_then(|mut decoder| {
                decoder.window_log_max(MAX_DECOMPRESSOR.ilog2())?;
                bounded(decoder)
            })
        }
        Compression::Gzip => bounded(flate2::read::MultiGzDecoder::new(bytes.as_slice())),
    };
    let bytes = uncompressed
        .map_err(damaged)?
        .ok_or_else(|| ReadError::TooBig { file: file() })?;

    Ok((bytes, compression))
}

/// Reads everything; [`None`] if it is too much.
fn bounded(input: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    input.take(MAX_SIZE as u64 + 1).read_to_end(&mut bytes)?;

    Ok((bytes.len() <= MAX_SIZE).then_some(bytes))
}
