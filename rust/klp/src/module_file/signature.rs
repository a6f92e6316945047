// SPDX-License-Identifier: GPL-2.0

//! Who has signed a module, as modinfo(8) tells it.
//!
//! ```text
//!  SEQUENCE                          PKCS #7
//!    OBJECT IDENTIFIER               signedData
//!    [0] SEQUENCE
//!          INTEGER, SET, SEQUENCE    version, digest algorithms, contents
//!          [0], [1]                  certificates, lists of revoked ones; none in kernel modules
//!          SET SEQUENCE
//!                INTEGER             version
//!                SEQUENCE            issuer, serial number
//!                SEQUENCE            digest algorithm
//!                [0]                 attributes; none in kernel modules
//!                SEQUENCE            signature algorithm
//!                OCTET STRING        signature
//! ```

use klp_build::signature::Signed;

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const CONTEXT_0: u8 = 0xa0;

/// `id-at-commonName`: 2.5.4.3.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];

/// The object identifiers of digests, and what the kernel calls them.
const DIGESTS: &[(&[u8], &str)] = &[
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1], "sha256"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2], "sha384"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3], "sha512"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 4], "sha224"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 8], "sha3-256"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 9], "sha3-384"),
    (&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 10], "sha3-512"),
    (&[0x2b, 0x0e, 3, 2, 0x1a], "sha1"),
];

/// How many bytes of a signature are on a line.
const LINE: usize = 20;

/// Elements of DER that follow each other.
#[derive(Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// Takes the next element: its tag, and what is in it.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, length, rest @ ..] = self.0 else {
            return None;
        };
        let (length, rest) = match usize::from(*length) {
            short @ ..0x80 => (short, rest),
            long => {
                let (length, rest) = rest.split_at_checked(long - 0x80)?;
                let length = length.iter().try_fold(0_usize, |length, &byte| {
                    length.checked_mul(0x100)?.checked_add(byte.into())
                })?;
                (length, rest)
            }
        };
        let (contents, rest) = rest.split_at_checked(length)?;

        self.0 = rest;
        Some((*tag, contents))
    }

    /// Takes the next element, which has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(is, _)| *is == tag).map(|(_, of)| of)
    }

    /// Takes what is in the next element, which has this tag.
    fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Self)
    }

    /// Takes elements up to the first with this tag, and returns what is in it.
    fn find(&mut self, tag: u8) -> Option<Self> {
        loop {
            let (is, contents) = self.next()?;
            if is == tag {
                return Some(Self(contents));
            }
        }
    }
}

/// What a signature says.
struct Signer<'a> {
    issuer: String,
    serial: &'a [u8],
    digest: &'static str,
    signature: &'a [u8],
}

/// Returns the entries that modinfo has for the signature of a module; none if it has none that can be read.
pub fn describe(module: &[u8]) -> Vec<(&'static str, String)> {
    let signer = match Signed::parse(module) {
        Ok(Some(signed)) => signer(signed.message),
        _ => None,
    };
    let Some(signer) = signer else {
        return Vec::new();
    };

    vec![
        ("sig_id", "PKCS#7".to_owned()),
        ("signer", signer.issuer),
        ("sig_key", hexadecimal(signer.serial)),
        ("sig_hashalgo", signer.digest.to_owned()),
        ("signature", hexadecimal(signer.signature)),
    ]
}

fn signer(message: &[u8]) -> Option<Signer<'_>> {
    let mut signed = Der(message).enter(SEQUENCE)?;
    signed.take(OBJECT_IDENTIFIER)?;
    let mut signed = signed.enter(CONTEXT_0)?.enter(SEQUENCE)?;
    signed.take(INTEGER)?;
    signed.take(SET)?;
    signed.take(SEQUENCE)?;
    let mut signer = signed.find(SET)?.enter(SEQUENCE)?;
    signer.take(INTEGER)?;
    let mut who = signer.enter(SEQUENCE)?;
    let issuer = who.enter(SEQUENCE)?;
    let serial = who.take(INTEGER)?;
    let digest = signer.enter(SEQUENCE)?.take(OBJECT_IDENTIFIER)?;
    let signature = signer.find(OCTET_STRING)?.0;

    Some(Signer {
        issuer: common_name(issuer).unwrap_or_default(),
        // A zero keeps the number from being negative.
        serial: match serial {
            [0, rest @ ..] if !rest.is_empty() => rest,
            serial => serial,
        },
        digest: DIGESTS
            .iter()
            .find(|(identifier, _)| *identifier == digest)
            .map_or("unknown", |(_, name)| name),
        signature,
    })
}

fn common_name(mut name: Der<'_>) -> Option<String> {
    loop {
        let mut attribute = name.enter(SET)?.enter(SEQUENCE)?;
        if attribute.take(OBJECT_IDENTIFIER)? == COMMON_NAME {
            let (_, text) = attribute.next()?;
            return Some(String::from_utf8_lossy(text).into_owned());
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .chunks(LINE)
        .map(|line| {
            let digits: Vec<_> = line.iter().map(|byte| format!("{byte:02X}")).collect();
            digits.join(":")
        })
        .collect::<Vec<_>>()
        .join(":\n\t\t")
}
