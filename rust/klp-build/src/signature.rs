// SPDX-License-Identifier: GPL-2.0

//! The signature at the end of a signed module.
//!
//! ```text
//!  ELF | PKCS #7 message | struct module_signature | ~Module signature appended~\n
//!        sig_len bytes     12 bytes                  28 bytes
//! ```
//!
//! C header: `include/linux/module_signature.h`.

use std::fmt;

use livepatch_abi::signature::{DESCRIPTOR, MAGIC};

/// `PKEY_ID_PKCS7`: the only kind of signature that kernels take.
const PKEY_ID_PKCS7: u8 = 2;

/// The first byte of a PKCS #7 message: a sequence of DER.
const DER_SEQUENCE: u8 = 0x30;

/// A signed module, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    /// What the signature is of.
    pub module: &'a [u8],
    /// The signature, a PKCS #7 message.
    pub message: &'a [u8],
}

/// Why what ends in the mark of a signature is not a signed module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It is shorter than what says how long the signature is.
    Short,
    /// The signature is said to be longer than all that is before it.
    Length(u32),
    /// It is not a PKCS #7 message, but of another kind.
    Kind(u8),
    /// Fields that must be zero are not.
    Fields,
    /// What should be a PKCS #7 message is none, or has another length.
    Message,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => f.write_str("it is shorter than a signature's description"),
            Self::Length(length) => write!(f, "its {length} bytes would be more than the file has"),
            Self::Kind(kind) => write!(
                f,
                "it is of kind {kind}, and kernels know PKCS #7 ({PKEY_ID_PKCS7}) only"
            ),
            Self::Fields => f.write_str("fields of its description that must be zero are not"),
            Self::Message => f.write_str("it is not one whole PKCS #7 message"),
        }
    }
}

impl std::error::Error for Malformed {}

/// Returns whether `message` is one element of DER, a sequence, from the first byte to the last.
fn is_one_sequence(message: &[u8]) -> bool {
    let [DER_SEQUENCE, length, rest @ ..] = message else {
        return false;
    };
    // Up to 127 it is the length itself, else how many bytes of it follow.
    let (length, contents) = match usize::from(*length) {
        short @ ..0x80 => (Some(short), rest),
        long => {
            let Some((length, contents)) = rest.split_at_checked(long - 0x80) else {
                return false;
            };
            let length = length.iter().try_fold(0_usize, |length, &byte| {
                length.checked_mul(0x100)?.checked_add(byte.into())
            });
            (length, contents)
        }
    };

    length == Some(contents.len())
}

impl<'a> Signed<'a> {
    /// Takes a module apart; [`None`] if it has no signature.
    ///
    /// # Errors
    ///
    /// If it is no signature that a kernel would look at, as `mod_check_sig()` has it.
    pub fn parse(file: &'a [u8]) -> Result<Option<Self>, Malformed> {
        let Some(rest) = file.strip_suffix(MAGIC) else {
            return Ok(None);
        };
        let (rest, info) = rest
            .split_last_chunk::<DESCRIPTOR>()
            .ok_or(Malformed::Short)?;
        let &[algo, hash, id_type, signer_len, key_id_len, p0, p1, p2, length @ ..] = info;
        let length = u32::from_be_bytes(length);

        if id_type != PKEY_ID_PKCS7 {
            return Err(Malformed::Kind(id_type));
        }
        if [algo, hash, signer_len, key_id_len, p0, p1, p2] != [0; 7] {
            return Err(Malformed::Fields);
        }
        let at = usize::try_from(length)
            .ok()
            .and_then(|length| rest.len().checked_sub(length))
            .filter(|&at| at != 0)
            .ok_or(Malformed::Length(length))?;
        let (module, message) = rest.split_at_checked(at).ok_or(Malformed::Length(length))?;

        if !is_one_sequence(message) {
            return Err(Malformed::Message);
        }
        Ok(Some(Self { module, message }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(module: &[u8], message: &[u8], info: [u8; 8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();

        [module, message, &info, &length, MAGIC].concat()
    }

    const INFO: [u8; 8] = [0, 0, PKEY_ID_PKCS7, 0, 0, 0, 0, 0];

    #[test]
    fn parts() {
        let long = [&[0x30, 0x82, 1, 0][..], &[5; 0x100]].concat();

        for message in [&[0x30, 2, 5, 0][..], &long] {
            let file = signed(b"module", message, INFO);

            assert_eq!(
                Signed::parse(&file),
                Ok(Some(Signed {
                    module: b"module",
                    message,
                }))
            );
        }
    }

    #[test]
    fn no_signature() {
        for file in [&b""[..], b"module", &MAGIC[..MAGIC.len() - 1]] {
            assert_eq!(Signed::parse(file), Ok(None));
        }
    }

    #[test]
    fn malformed() {
        let message = [0x30, 2, 5, 0];
        let good = signed(b"m", &message, INFO);
        let mut kind = INFO;
        kind[2] = 1;
        let mut pad = INFO;
        pad[7] = 1;

        for (file, want) in [
            (MAGIC.to_vec(), Malformed::Short),
            (good[1..].to_vec(), Malformed::Length(4)),
            (signed(b"m", &message, kind), Malformed::Kind(1)),
            (signed(b"m", &message, pad), Malformed::Fields),
            (signed(b"m", &[0x30, 3, 5, 0], INFO), Malformed::Message),
            (signed(b"m", &[0x31, 2, 5, 0], INFO), Malformed::Message),
            (signed(b"m", &[0x30, 0x82, 1], INFO), Malformed::Message),
            (signed(b"m", &[0x30], INFO), Malformed::Message),
            (signed(b"m", b"", INFO), Malformed::Message),
            (
                signed(b"m", &[&[0x30, 0x89][..], &[0xff; 9]].concat(), INFO),
                Malformed::Message,
            ),
        ] {
            assert_eq!(Signed::parse(&file), Err(want));
            assert!(!want.to_string().is_empty());
        }
    }
}
