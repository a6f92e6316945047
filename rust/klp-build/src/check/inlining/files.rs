// SPDX-License-Identifier: GPL-2.0

//! Where the debug information of a kernel is.

use std::fs;
use std::path::{Path, PathBuf};

use livepatch_elf::File;
use livepatch_symbols::{Object, Sources};
use memmap2::Mmap;

/// What holds a file: a whole kernel with its debug information is read where it is needed only.
pub(super) enum Bytes {
    Mapped(Mmap),
    Read(Vec<u8>),
}

impl Bytes {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read: the reason.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = fs::File::open(path).map_err(|error| failed(&error))?;
        // SAFETY: Files of debug information are installed by renaming and not written to afterwards, and nothing that was read of
        // one is taken for granted when it is read again.
        let mapped = unsafe { Mmap::map(&file) }.map_err(|error| failed(&error))?;

        if mapped.starts_with(b"\x7fELF") {
            return Ok(Self::Mapped(mapped));
        }
        let (bytes, _) = livepatch_elf::read(path).map_err(|error| error.to_string())?;

        Ok(Self::Read(bytes))
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Mapped(mapped) => mapped,
            Self::Read(bytes) => bytes,
        }
    }
}

/// Returns the files that can have the debug information of an object, the best one first.
pub(super) fn candidates(sources: &Sources, object: &Object) -> Vec<PathBuf> {
    let given = sources.vmlinux.as_deref();
    let mut paths = Vec::new();

    if let Some(module) = object.file() {
        paths.extend(given.and_then(|vmlinux| beside(sources, vmlinux, module)));
        paths.push(module.to_owned());
    }
    paths.extend(given.map(Path::to_owned));
    paths.retain(|path| path.is_file());
    paths
}

/// Returns where a package of debug information has that of a module, whose vmlinux was given.
fn beside(sources: &Sources, vmlinux: &Path, module: &Path) -> Option<PathBuf> {
    let directory = vmlinux.parent()?;
    let relative = module.strip_prefix(sources.modules.as_deref()?).ok()?;
    let name = relative.file_name()?.to_str()?;
    let plain = name.split_inclusive(".ko").next()?;
    let modules = match (&sources.release, directory.parent()) {
        // /usr/lib/debug/boot/vmlinux-RELEASE, as Fedora has it.
        (Some(release), Some(debug)) => debug.join("lib/modules").join(release),
        _ => directory.to_owned(),
    };

    [directory.to_owned(), modules]
        .into_iter()
        .flat_map(|modules| {
            [plain.to_owned(), format!("{plain}.debug")]
                .map(|name| modules.join(relative).with_file_name(name))
        })
        .find(|path| path.is_file())
}

/// Returns the address that the debug information of `file` has for what the kernel's symbol table has at `address`.
///
/// The addresses of a kernel that runs are shifted at random.
pub(super) fn shifted(file: &File<'_>, object: &Object, address: u64) -> Option<u64> {
    const START: &str = "_stext";
    let linked = file
        .symbols
        .iter()
        .find(|symbol| symbol.name == START)?
        .st_value;
    let running = object.symbols(START).first()?.address;

    Some(address.wrapping_sub(running).wrapping_add(linked))
}
