// SPDX-License-Identifier: GPL-2.0

//! Whether a file is a module that is ready to be signed.

use std::fmt;

use livepatch_abi::note::FIXES_SECTION;
use livepatch_abi::unexported::Reference;
use livepatch_elf::{Compression, File};

/// Why a file is not to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is compressed.
    Compressed,
    /// It is no module.
    NoModule(String),
    /// A symbol of it has yet to become one that the livepatch core resolves.
    NotLinked(String),
    /// It has yet to get its note.
    NoNote,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compressed => {
                f.write_str("it is compressed, and the signature belongs inside: sign it, then compress it")
            }
            Self::NoModule(why) => write!(f, "it is no kernel module: {why}"),
            Self::NotLinked(symbol) => write!(
                f,
                "{symbol} is not resolved, and a signature would not survive that: run klp-build link on it first"
            ),
            Self::NoNote => write!(
                f,
                "it has {FIXES_SECTION} and no note yet, and a signature would not survive that: run klp-build link on it first"
            ),
        }
    }
}

/// Returns what keeps a module, which has no signature yet, from being signed.
pub(super) fn unfit(module: &[u8]) -> Option<Unfit> {
    if Compression::of(module) != Compression::None {
        return Some(Unfit::Compressed);
    }
    let file = match File::parse(module) {
        Ok(file) if file.is_relocatable() => file,
        Ok(_) => return Some(Unfit::NoModule("it is not relocatable".to_owned())),
        Err(error) => return Some(Unfit::NoModule(error.to_string())),
    };
    let unresolved = file
        .symbols
        .iter()
        .find(|symbol| Reference::parse(&symbol.name).is_some());

    match unresolved {
        Some(symbol) => Some(Unfit::NotLinked(symbol.name.clone().into_owned())),
        None => file.section_by_name(FIXES_SECTION).map(|_| Unfit::NoNote),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::module;
    use super::*;

    #[test]
    fn ready() {
        assert_eq!(unfit(&module("", "")), None);
        assert_eq!(unfit(&module("klp_enable_patch", ".note.livepatch")), None);
    }

    #[test]
    fn not_linked() {
        let symbol = "livepatch_unexported.vmlinux.2.fanout_next_id";
        let why = unfit(&module(symbol, "")).unwrap();

        assert_eq!(why, Unfit::NotLinked(symbol.to_owned()));
        assert!(why.to_string().contains("run klp-build link"));
        assert_eq!(unfit(&module("", FIXES_SECTION)), Some(Unfit::NoNote));
        assert!(Unfit::NoNote.to_string().contains("run klp-build link"));
    }

    #[test]
    fn other_files() {
        let mut program = module("", "");
        program[16] = 2;

        for file in [
            program,
            b"".to_vec(),
            b"\x7fELF".to_vec(),
            b"#!/bin/sh\n".to_vec(),
        ] {
            assert!(matches!(unfit(&file), Some(Unfit::NoModule(_))));
        }
        let why = unfit(b"\xfd7zXZ\0rest").unwrap();
        assert_eq!(why, Unfit::Compressed);
        assert!(why.to_string().contains("then compress it"));
    }
}
