// SPDX-License-Identifier: GPL-2.0

//! The kernel inside of the file that is booted.
//!
//! ```text
//!  vmlinuz: setup code │ code that decompresses │ vmlinux, compressed │ its size
//!           [A]                                   [B]         [C]
//!
//!  [A]  setup_sects, one less than its sectors
//!  [B]  payload_offset, from the end of the setup code
//!  [C]  payload_length
//! ```
//!
//! Document: `Documentation/arch/x86/boot.rst`. Other architectures have other forms, and are not read.

use std::io::Read;

/// What `header` of a file that x86 boots has, and where.
const MAGIC: (usize, &[u8]) = (0x202, b"HdrS");
const SETUP_SECTS: usize = 0x1f1;
const PAYLOAD_OFFSET: usize = 0x248;
const PAYLOAD_LENGTH: usize = 0x24c;
const SECTOR: usize = 512;

/// The biggest kernel that is read, in bytes.
const MOST: u64 = 256 << 20;
/// The most memory that a decompressor may take, apart from what it puts out.
const MOST_FOR_DECOMPRESSOR: u64 = 128 << 20;

/// Returns the ELF file in a file that is booted; [`None`] if there is none, or it is compressed in a way that is not read here.
pub(super) fn unpack(image: &[u8]) -> Option<Vec<u8>> {
    let (at, magic) = MAGIC;

    if !image.get(at..)?.starts_with(magic) {
        return None;
    }
    let number = |at: usize| -> Option<usize> {
        let bytes = image.get(at..)?.first_chunk()?;

        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    };
    // 0 stands for 4, as in the days of floppy disks.
    let sectors = match usize::from(*image.get(SETUP_SECTS)?) {
        0 => 4,
        sectors => sectors,
    };
    let start = (sectors + 1)
        .checked_mul(SECTOR)?
        .checked_add(number(PAYLOAD_OFFSET)?)?;
    let payload = image.get(start..start.checked_add(number(PAYLOAD_LENGTH)?)?)?;

    decompress(payload).filter(|bytes| bytes.starts_with(b"\x7fELF"))
}

fn decompress(payload: &[u8]) -> Option<Vec<u8>> {
    match payload {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let mut decoder = zstd::Decoder::with_buffer(payload).ok()?.single_frame();

            decoder.window_log_max(MOST_FOR_DECOMPRESSOR.ilog2()).ok()?;
            bounded(decoder)
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            let stream =
                liblzma::stream::Stream::new_stream_decoder(MOST_FOR_DECOMPRESSOR, 0).ok()?;

            bounded(liblzma::read::XzDecoder::new_stream(payload, stream))
        }
        [0x1f, 0x8b, ..] => bounded(flate2::read::GzDecoder::new(payload)),
        _ => None,
    }
}

fn bounded(decoder: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();

    decoder.take(MOST + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= MOST).then_some(bytes)
}
