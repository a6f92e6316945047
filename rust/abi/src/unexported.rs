// SPDX-License-Identifier: GPL-2.0

//! Symbols that the kernel does not export, on their way from a fix to a klp relocation.
//!
//! ```text
//!  #[unexported] in Rust ─┐                                        the linker gives it the value
//!                         ├─► livepatch_unexported.<obj>.<pos>.<sym> ──► UNLINKED ──► modpost ──► .ko
//!  LIVEPATCH_UNEXPORTED() ┘    an ordinary undefined symbol                                       │
//!  in C                                                                        klp-build link     ▼
//!                              .klp.sym.<obj>.<sym>,<pos>  SHN_LIVEPATCH, .klp.rela.<obj>.<section>
//! ```
//!
//! Document: `Documentation/livepatch/module-elf-format.rst`.

use core::fmt;

/// What the symbols begin with by which sources refer to an unexported symbol; see [`Reference`].
///
/// `rust/helpers/unexported.h` spells it for C.
pub const REFERENCE_PREFIX: &str = "livepatch_unexported.";

/// The value of such a symbol in a module that `klp-build link` has not seen yet.
///
/// It is far from every address that a kernel has, so that the relocations to it overflow: the
/// loader refuses the module instead of having it call address 0. See [`UNLINKED_MARK`] as well.
///
/// `rust/Kbuild` spells it for make.
pub const UNLINKED: u64 = 0x5555_5555_5555_5555;

/// The symbol that keeps a module with such symbols from being loaded on machines whose loader does not
/// look whether every relocation fits. Its value is [`UNLINKED`] until `klp-build link` makes it 0, and
/// drops the relocations to it.
///
/// `rust/Kbuild` spells it for make, `rust/helpers/unlinked.c` for C.
pub const UNLINKED_MARK: &str = "livepatch_unlinked";

/// What the name of a symbol that the livepatch core resolves begins with.
///
/// C header: `include/linux/livepatch_external.h`.
pub const SYMBOL_PREFIX: &str = ".klp.sym.";

/// What the name of a section of relocations that the livepatch core applies begins with.
///
/// C header: `include/linux/livepatch_external.h`.
pub const RELA_PREFIX: &str = ".klp.rela.";

/// The section index of a symbol that the livepatch core resolves.
///
/// C header: `include/uapi/linux/elf.h`.
pub const SHN_LIVEPATCH: u16 = 0xff20;

/// The flag of a section of relocations that the livepatch core applies.
///
/// C header: `include/uapi/linux/elf.h`.
pub const SHF_RELA_LIVEPATCH: u64 = 0x0010_0000;

/// A symbol of the kernel or of one of its modules, as a livepatch refers to it.
///
/// ```text
/// livepatch_unexported.vmlinux.0.saved_command_line
///                      [A]     [B] [C]
/// .klp.sym.vmlinux.saved_command_line,0
///          [A]     [C]                [B]
///
/// [A]  object: vmlinux or a module; holds no dot
/// [B]  sympos: which of the symbols of that name in the object, from 1 in the order of kallsyms; 0 if there is one only
/// [C]  symbol; can hold dots, and no comma
/// ```
///
/// # Examples
///
/// ```
/// use livepatch_abi::unexported::Reference;
///
/// let reference = Reference::parse("livepatch_unexported.vmlinux.2.fanout_next_id").unwrap();
/// assert_eq!(reference.object, "vmlinux");
/// assert_eq!(reference.symbol, "fanout_next_id");
/// assert_eq!(reference.klp_symbol().to_string(), ".klp.sym.vmlinux.fanout_next_id,2");
/// assert_eq!(reference.to_string(), "livepatch_unexported.vmlinux.2.fanout_next_id");
/// assert_eq!(Reference::parse_klp_symbol(".klp.sym.vmlinux.fanout_next_id,2"), Some(reference));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference<'a> {
    /// The object that the symbol is in.
    pub object: &'a str,
    /// The name of the symbol.
    pub symbol: &'a str,
    /// Which of several symbols of the name; 0 if there is one only.
    pub sympos: u32,
}

impl<'a> Reference<'a> {
    /// Takes apart the name that sources refer to the symbol by; [`None`] if it is no such name.
    pub fn parse(name: &'a str) -> Option<Self> {
        let (object, rest) = name.strip_prefix(REFERENCE_PREFIX)?.split_once('.')?;
        let (sympos, symbol) = rest.split_once('.')?;

        Self::new(object, symbol, sympos)
    }

    /// Takes apart the name of a symbol that the livepatch core resolves; [`None`] if it is no such name.
    pub fn parse_klp_symbol(name: &'a str) -> Option<Self> {
        let (object, rest) = name.strip_prefix(SYMBOL_PREFIX)?.split_once('.')?;
        let (symbol, sympos) = rest.rsplit_once(',')?;

        Self::new(object, symbol, sympos)
    }

    fn new(object: &'a str, symbol: &'a str, sympos: &str) -> Option<Self> {
        let is_number = !sympos.is_empty() && sympos.bytes().all(|byte| byte.is_ascii_digit());
        let is_whole = !object.is_empty() && !symbol.is_empty() && !symbol.contains(',');

        (is_number && is_whole).then_some(())?;
        Some(Self {
            object,
            symbol,
            sympos: sympos.parse().ok()?,
        })
    }

    /// Returns what writes the name by which the livepatch core knows the symbol.
    pub fn klp_symbol(self) -> KlpSymbol<'a> {
        KlpSymbol(self)
    }
}

impl fmt::Display for Reference<'_> {
    /// Writes the name that sources refer to the symbol by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            object,
            symbol,
            sympos,
        } = self;

        write!(f, "{REFERENCE_PREFIX}{object}.{sympos}.{symbol}")
    }
}

/// The name by which the livepatch core knows a symbol; see [`Reference::klp_symbol`].
#[derive(Clone, Copy, Debug)]
pub struct KlpSymbol<'a>(Reference<'a>);

impl fmt::Display for KlpSymbol<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reference {
            object,
            symbol,
            sympos,
        } = self.0;

        write!(f, "{SYMBOL_PREFIX}{object}.{symbol},{sympos}")
    }
}
