// SPDX-License-Identifier: GPL-2.0

//! What `klp-build link` refuses in a module.

use livepatch_abi::limit::{FUNCTION_NAME, MODULE_NAME};
use livepatch_abi::note::FIXES_SECTION;
use livepatch_abi::unexported::REFERENCE_PREFIX;
use livepatch_elf::note::NoteError;

use super::section::Reason;

/// What is wrong with a module, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A signature would not fit any more.
    #[error(
        "it is signed, and would have to change: link it before it is signed, or build it again"
    )]
    Signed,
    /// It is compressed.
    #[error("it is compressed, and would have to change: link it before it is compressed, or build it again")]
    Compressed,
    /// It is no relocatable file.
    #[error("it is no module file, but an ELF file of type {0}: give the .ko that Kbuild made")]
    NotRelocatable(u16),
    /// Only livepatches have klp relocations.
    #[error("it refers to {symbol}, and is no livepatch (no livepatch=Y in .modinfo): only a livepatch can use unexported symbols")]
    NotLivepatch {
        /// One of the symbols.
        symbol: String,
    },
    /// A symbol has the prefix, and not the form.
    #[error("symbol {symbol}: it should read {REFERENCE_PREFIX}<object>.<sympos>.<symbol>, and no part may hold a comma: see #[unexported] and <helpers/unexported.h>")]
    Malformed {
        /// The symbol.
        symbol: String,
    },
    /// A name is longer than the livepatch core reads.
    #[error("symbol {symbol}: its object has more than {MODULE_NAME} bytes, or its name more than {FUNCTION_NAME}: the kernel reads no longer ones")]
    NameTooLong {
        /// The symbol.
        symbol: String,
    },
    /// A symbol is defined in the module.
    #[error("symbol {symbol}: the module defines it itself: declare it, in an extern block or as extern, and do not define it")]
    Defined {
        /// The symbol.
        symbol: String,
    },
    /// A relocation is where the kernel would not resolve it, or too late.
    #[error("section {section}, offset {offset:#x}: it refers to {symbol} of {object}: {reason}")]
    Place {
        /// The section that refers to the symbol.
        section: String,
        /// Where in it.
        offset: u64,
        /// The symbol.
        symbol: String,
        /// The object that the symbol is in.
        object: String,
        /// Why this cannot be.
        reason: Reason,
    },
    /// A section of relocations without addends.
    #[error("section {section}: it has relocations without addends (SHT_REL), which no 64-bit kernel takes: build the module with its kernel's own flags")]
    NoAddends {
        /// The section.
        section: String,
    },
    /// The note needs to say for which kernel the livepatch is.
    #[error("it has no vermagic in .modinfo, so nothing tells for which kernel it is: give the .ko that Kbuild made")]
    NoVermagic,
    /// The note cannot be made.
    #[error("section {FIXES_SECTION}: {0}: give the fixes shorter titles and fewer references, or split the livepatch")]
    Note(NoteError),
    /// The macros leave plain bytes there.
    #[error("section {FIXES_SECTION}: it is not made of plain bytes: only the macros may put something there")]
    FixesNotPlain,
    /// The macros leave one such section.
    #[error("section {FIXES_SECTION}: it is there more than once: link the objects with ld -r, which puts them together")]
    FixesTwice,
    /// There are two notes.
    #[error("it has a note already, and fixes that are to become one: build it again")]
    TwoNotes,
    /// It is damaged.
    #[error(transparent)]
    Elf(#[from] livepatch_elf::Error),
}
