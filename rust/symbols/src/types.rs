// SPDX-License-Identifier: GPL-2.0

//! The type information of a kernel and of its modules.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use livepatch_btf::Btf;

use crate::module::Module;
use crate::{section, Error, Part, Unknown};

/// The magic number that an ELF file begins with.
const ELF: &[u8] = b"\x7fELF";

/// The section of an ELF file that holds its type information.
pub(crate) const BTF: &str = ".BTF";

/// The section with what a module's type information needs of that of its kernel.
pub(crate) const BTF_BASE: &str = ".BTF.base";

/// Returns what `cell` holds, and fills it first if it is empty.
pub(crate) fn fill<T>(
    cell: &OnceLock<T>,
    make: impl FnOnce() -> Result<T, Error>,
) -> Result<&T, Error> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }

    let value = make()?;

    Ok(cell.get_or_init(|| value))
}

/// The type information of a kernel, read when it is asked for.
pub(crate) struct Types {
    kernel: Option<PathBuf>,
    modules: Option<PathBuf>,
    bytes: OnceLock<Arc<[u8]>>,
    btf: OnceLock<Arc<Btf>>,
}

impl fmt::Debug for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Types")
            .field("kernel", &self.kernel)
            .field("modules", &self.modules)
            .finish_non_exhaustive()
    }
}

impl Types {
    pub(crate) fn new(kernel: Option<&Path>, modules: Option<&Path>) -> Self {
        Self {
            kernel: kernel.map(Path::to_owned),
            modules: modules.map(Path::to_owned),
            bytes: OnceLock::new(),
            btf: OnceLock::new(),
        }
    }

    fn path(&self) -> Result<&Path, Error> {
        Ok(self.kernel.as_deref().ok_or(Unknown(Part::Btf))?)
    }

    pub(crate) fn kernel_bytes(&self) -> Result<Arc<[u8]>, Error> {
        let path = self.path()?;

        fill(&self.bytes, || Ok(read(path)?.into())).cloned()
    }

    pub(crate) fn kernel(&self) -> Result<Arc<Btf>, Error> {
        let bytes = self.kernel_bytes()?;
        let error = Error::btf(self.path()?);

        fill(&self.btf, || Btf::parse(bytes).map(Arc::new).map_err(error)).cloned()
    }

    /// Returns the raw type information of a module: from its file, or else what the running kernel shows of it.
    pub(crate) fn module_bytes(&self, name: &str, module: &Module) -> Result<Arc<[u8]>, Error> {
        let shown = self
            .modules
            .as_ref()
            .map(|directory| directory.join(name))
            .filter(|path| path.is_file());

        match (module.btf(), shown) {
            (Some(bytes), _) => Ok(bytes),
            (None, Some(path)) => Ok(read(&path)?.into()),
            (None, None) => Err(Error::Unknown(Unknown(Part::Btf))),
        }
    }

    pub(crate) fn module(&self, name: &str, module: &Module) -> Result<Arc<Btf>, Error> {
        let bytes = self.module_bytes(name, module)?;
        let base = self.kernel()?;
        let btf = match module.btf_base() {
            Some(distilled) => Btf::parse_distilled(bytes, distilled, &base),
            None => Btf::parse_split(bytes, &base),
        };

        btf.map(Arc::new).map_err(Error::btf(module.path()))
    }
}

/// Reads type information from a file of its own, or from an ELF file.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut begin = Vec::new();
    let file = fs::File::open(path).map_err(Error::read(path))?;

    file.take(ELF.len() as u64)
        .read_to_end(&mut begin)
        .map_err(Error::read(path))?;
    if begin != ELF {
        return fs::read(path).map_err(Error::read(path));
    }
    section::read(path, BTF)?.ok_or_else(|| {
        Error::format(
            path,
            "has no section .BTF: the kernel needs CONFIG_DEBUG_INFO_BTF=y",
        )
    })
}
