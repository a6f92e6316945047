// SPDX-License-Identifier: GPL-2.0

//! The arguments that say which kernel a livepatch is for.

use std::env;
use std::path::{Path, PathBuf};

use livepatch_symbols::{Error, Kernel, Sources};

/// The kernel that a livepatch is for. A file that is given by itself takes the place of the one in the directory.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Kernel")]
pub struct Target {
    /// The directory of a kernel: one that `make kernel` prints, or a built kernel tree.
    #[arg(long, value_name = "DIR", conflicts_with = "running")]
    pub kernel: Option<PathBuf>,
    /// The kernel that runs on this machine.
    #[arg(long)]
    pub running: bool,
    /// Its symbol table: /proc/kallsyms or System.map.
    #[arg(long, value_name = "FILE")]
    pub kallsyms: Option<PathBuf>,
    /// Its ftrace sites: available_filter_functions_addrs or available_filter_functions of tracefs.
    #[arg(long, value_name = "FILE")]
    pub ftrace: Option<PathBuf>,
    /// Its type information: raw BTF, or an ELF file that has it.
    #[arg(long, value_name = "FILE")]
    pub btf: Option<PathBuf>,
    /// Its ELF notes: /sys/kernel/notes.
    #[arg(long, value_name = "FILE")]
    pub notes: Option<PathBuf>,
    /// Its configuration.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The directory of its modules: /lib/modules/<release>.
    #[arg(long, value_name = "DIR")]
    pub modules: Option<PathBuf>,
    /// A module that is not in that directory, and is loaded all the same.
    #[arg(long, value_name = "FILE")]
    pub module: Vec<PathBuf>,
    /// A Module.symvers, of it or of modules outside of it; an earlier one wins.
    #[arg(long, value_name = "FILE")]
    pub symvers: Vec<PathBuf>,
    /// The kernel as an ELF file with debug information.
    #[arg(long, value_name = "FILE")]
    pub vmlinux: Option<PathBuf>,
    /// Where what takes long to read is kept [default: $XDG_CACHE_HOME/rust-livepatch/index].
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub cache: Option<PathBuf>,
    /// Keep nothing.
    #[arg(long)]
    pub no_cache: bool,
}

impl Target {
    /// Tells whether the arguments name a kernel, or a part of one.
    pub fn is_given(&self) -> bool {
        let Self {
            kernel,
            running,
            kallsyms,
            ftrace,
            btf,
            notes,
            config,
            modules,
            module: _,
            symvers,
            vmlinux,
            cache: _,
            no_cache: _,
        } = self;
        let paths = [
            kernel, kallsyms, ftrace, btf, notes, config, modules, vmlinux,
        ];

        *running || !symvers.is_empty() || paths.into_iter().any(Option::is_some)
    }

    /// Returns where to look for the kernel.
    ///
    /// # Errors
    ///
    /// If the directory holds no kernel.
    pub fn sources(&self) -> Result<Sources, Error> {
        let mut sources = match &self.kernel {
            Some(directory) => Sources::directory(directory)?,
            None if self.running => Sources::running(Path::new("/"))?,
            None => Sources::default(),
        };

        for (given, source) in [
            (&self.kallsyms, &mut sources.kallsyms),
            (&self.ftrace, &mut sources.ftrace),
            (&self.btf, &mut sources.btf),
            (&self.notes, &mut sources.notes),
            (&self.config, &mut sources.config),
            (&self.modules, &mut sources.modules),
            (&self.vmlinux, &mut sources.vmlinux),
        ] {
            if given.is_some() {
                source.clone_from(given);
            }
        }
        sources.module_files.clone_from(&self.module);
        sources.symvers = [self.symvers.as_slice(), &sources.symvers].concat();
        Ok(sources)
    }

    /// Opens the kernel.
    ///
    /// # Errors
    ///
    /// If the sources are of different kernels, or cannot be read.
    pub fn open(&self) -> Result<Kernel, Error> {
        Kernel::open(&self.sources()?, self.cache_directory().as_deref())
    }

    /// Returns where what takes long to read is kept, if anywhere.
    fn cache_directory(&self) -> Option<PathBuf> {
        let is_set = |variable: &str| env::var_os(variable).filter(|value| !value.is_empty());
        let default = || {
            let base = is_set("XDG_CACHE_HOME")
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .or_else(|| is_set("HOME").map(|home| PathBuf::from(home).join(".cache")))?;

            Some(base.join("rust-livepatch/index"))
        };

        if self.no_cache {
            None
        } else {
            self.cache.clone().or_else(default)
        }
    }
}
