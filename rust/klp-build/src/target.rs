// SPDX-License-Identifier: GPL-2.0

//! The arguments that say which kernel a livepatch is for.

use std::env;
use std::path::{Path, PathBuf};

use livepatch_symbols::{Error, Kernel, Part, Sources};

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

    /// Returns what to do when a part of the kernel is not known.
    pub fn advice(part: Part) -> String {
        let option = match part {
            Part::Release => "--kernel DIR",
            Part::Kallsyms => "--kallsyms FILE",
            Part::Ftrace => "--ftrace FILE",
            Part::Btf => "--btf FILE",
            Part::Notes => "--notes FILE",
            Part::Config => "--config FILE",
            Part::Modules => "--modules DIR",
            Part::Symvers => "--symvers FILE",
        };

        format!(
            "give it with {option}; on the kernel itself, it is {}",
            part.found_at()
        )
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        target: Target,
    }

    fn parse(args: &[&str]) -> Result<Target, clap::Error> {
        Cli::try_parse_from([&["klp-build"], args].concat()).map(|cli| cli.target)
    }

    #[test]
    fn nothing_is_given() {
        let target = parse(&["--no-cache"]).unwrap();

        assert!(!target.is_given());
        assert_eq!(target.sources().unwrap(), Sources::default());
        assert!(target.cache_directory().is_none());
        assert!(target.open().unwrap().release().is_err());
    }

    #[test]
    fn a_file_takes_the_place_of_the_directory_s() {
        let directory = tempfile::tempdir().unwrap();
        let kernel = directory.path().to_str().unwrap();

        for file in ["kallsyms", "btf", "tree/Module.symvers"] {
            let path = directory.path().join(file);

            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }

        let args = ["--kernel", kernel, "--btf", "/b", "--symvers", "/s"];
        let target = parse(&args).unwrap();
        let sources = target.sources().unwrap();

        assert!(target.is_given());
        assert_eq!(sources.kallsyms, Some(directory.path().join("kallsyms")));
        assert_eq!(sources.btf, Some("/b".into()));
        assert_eq!(
            sources.symvers,
            [
                PathBuf::from("/s"),
                directory.path().join("tree/Module.symvers")
            ]
        );
    }

    #[test]
    fn contradictions() {
        assert!(parse(&["--running", "--kernel", "/k"]).is_err());
        assert!(parse(&["--cache", "/c", "--no-cache"]).is_err());
    }

    #[test]
    fn where_tables_are_kept() {
        let target = parse(&["--running", "--cache", "/c"]).unwrap();

        assert!(target.is_given());
        assert_eq!(target.cache_directory(), Some("/c".into()));
    }

    #[test]
    fn no_kernel() {
        let directory = tempfile::tempdir().unwrap();
        let target = parse(&["--kernel", directory.path().to_str().unwrap()]).unwrap();

        assert!(matches!(target.open(), Err(Error::NotKernel { .. })));
    }

    #[test]
    fn advice_names_the_option_and_the_place() {
        let advice = Target::advice(Part::Ftrace);

        assert!(advice.contains("--ftrace FILE") && advice.contains("/sys/kernel/tracing"));
    }
}
