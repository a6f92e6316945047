// SPDX-License-Identifier: GPL-2.0

//! What is not known of a kernel, and what can go wrong.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A part of what can be known of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Its release, as `uname -r` has it.
    Release,
    /// Its symbol table, as `/proc/kallsyms` has it.
    Kallsyms,
    /// The functions that ftrace can change, as tracefs lists them.
    Ftrace,
    /// Its type information.
    Btf,
    /// Its ELF notes, with its build id.
    Notes,
    /// Its configuration.
    Config,
    /// Its modules.
    Modules,
    /// What it and its modules export.
    Symvers,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Release => "release",
            Self::Kallsyms => "symbol table (kallsyms)",
            Self::Ftrace => "list of ftrace sites (available_filter_functions)",
            Self::Btf => "type information (BTF)",
            Self::Notes => "build id (notes)",
            Self::Config => "configuration",
            Self::Modules => "modules",
            Self::Symvers => "exports (Module.symvers)",
        })
    }
}

impl Part {
    /// Returns where a running kernel, or what is installed for it, has the part.
    pub fn found_at(self) -> &'static str {
        match self {
            Self::Release => "/proc/sys/kernel/osrelease",
            Self::Kallsyms => "/proc/kallsyms, for root",
            Self::Ftrace => {
                "/sys/kernel/tracing/available_filter_functions, for root and with tracefs mounted"
            }
            Self::Btf => "/sys/kernel/btf/vmlinux, of a kernel with CONFIG_DEBUG_INFO_BTF",
            Self::Notes => "/sys/kernel/notes",
            Self::Config => "/boot/config-<release> or /proc/config.gz",
            Self::Modules => "/lib/modules/<release>",
            Self::Symvers => "Module.symvers, in the headers package of the kernel",
        }
    }
}

/// No source tells this part of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the kernel's {0} is not known")]
pub struct Unknown(
    /// The part.
    pub Part,
);

/// What can go wrong when a kernel is read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else than it should.
    #[error("{path}: {problem}", path = path.display())]
    Format {
        /// Which.
        path: PathBuf,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A module is no proper ELF file.
    #[error("{path}: {source}", path = path.display())]
    Elf {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: livepatch_elf::Error,
    },
    /// A file cannot be read, or not be uncompressed.
    #[error("cannot read {0}")]
    File(#[from] livepatch_elf::ReadError),
    /// Type information is not what it should be.
    #[error("{path}: {source}", path = path.display())]
    Btf {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: livepatch_btf::Error,
    },
    /// The kernel hides the addresses of its symbols.
    #[error(
        "{path}: all addresses are 0, the kernel hides them: read it as root with sysctl kernel.kptr_restrict=1 or lower",
        path = path.display()
    )]
    Hidden {
        /// The symbol table.
        path: PathBuf,
    },
    /// The directory holds nothing of a kernel.
    #[error(
        "{path} holds nothing that is known of a kernel: expected a directory as `make kernel` prints it, with kallsyms, btf, \
         config and modules, or a built kernel tree",
        path = path.display()
    )]
    NotKernel {
        /// Which.
        path: PathBuf,
    },
    /// Two sources are of different kernels.
    #[error("{path} is of kernel {found}, not of {expected}: give the files of one kernel", path = path.display())]
    Mixed {
        /// The source that does not fit.
        path: PathBuf,
        /// The release that it is of.
        found: String,
        /// The release that the others are of.
        expected: String,
    },
    /// Something that has to be known is not.
    #[error(transparent)]
    Unknown(#[from] Unknown),
}

impl Error {
    /// Returns what makes an [`Error::Read`] of an I/O error on `path`.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Read {
            path: path.to_owned(),
            source,
        }
    }

    /// Returns what makes an [`Error::Elf`] of what is wrong with `path`.
    pub(crate) fn elf(path: &Path) -> impl Fn(livepatch_elf::Error) -> Self + '_ {
        move |source| Self::Elf {
            path: path.to_owned(),
            source,
        }
    }

    /// Returns what makes an [`Error::Btf`] of what is wrong with `path`.
    pub(crate) fn btf(path: &Path) -> impl FnOnce(livepatch_btf::Error) -> Self + '_ {
        move |source| Self::Btf {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn format(path: &Path, problem: impl Into<String>) -> Self {
        Self::Format {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }
}
