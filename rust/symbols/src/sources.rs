// SPDX-License-Identifier: GPL-2.0

//! Where what is known of a kernel is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;

/// Where to look for what can be known of a kernel. Everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Its release, as `uname -r` has it.
    pub release: Option<String>,
    /// Its symbol table: `/proc/kallsyms`, or `System.map`.
    pub kallsyms: Option<PathBuf>,
    /// The functions that ftrace can change: `available_filter_functions_addrs` or `available_filter_functions` of tracefs.
    pub ftrace: Option<PathBuf>,
    /// Its type information: raw BTF, or an ELF file with a section `.BTF`.
    pub btf: Option<PathBuf>,
    /// The directory with a file of type information per module, as `/sys/kernel/btf`; else that of a module's file is taken.
    pub module_btf: Option<PathBuf>,
    /// Its ELF notes.
    pub notes: Option<PathBuf>,
    /// Its configuration, compressed or not.
    pub config: Option<PathBuf>,
    /// The directory of its modules, as `/lib/modules/<release>`.
    pub modules: Option<PathBuf>,
    /// Files of modules that are not in that directory, and are loaded all the same; one wins over a module of its name there.
    pub module_files: Vec<PathBuf>,
    /// What it and modules export: files `Module.symvers`, compressed or not; an earlier one wins.
    pub symvers: Vec<PathBuf>,
    /// The kernel as an ELF file with debug information.
    pub vmlinux: Option<PathBuf>,
    /// The kernel as it is booted, or as an ELF file: its code.
    pub image: Option<PathBuf>,
    /// The boot id of the running kernel if the sources are of that.
    pub boot_id: Option<String>,
}

impl Sources {
    /// Looks into a directory: one that scripts/kernel makes, or a kernel tree that has been built.
    ///
    /// # Errors
    ///
    /// [`Error::NotKernel`] if there is nothing of a kernel.
    pub fn directory(directory: &Path) -> Result<Self, Error> {
        let sources = if directory.join("include/config/kernel.release").is_file() {
            Self::tree(directory)?
        } else {
            Self::provisioned(directory)?
        };
        let nothing = Self {
            release: sources.release.clone(),
            ..Self::default()
        };

        if sources == nothing {
            return Err(Error::NotKernel {
                path: directory.to_owned(),
            });
        }
        Ok(sources)
    }

    fn provisioned(directory: &Path) -> Result<Self, Error> {
        let modules = only_subdirectory(&directory.join("modules/lib/modules"))?;
        let of_modules = modules
            .as_deref()
            .and_then(Path::file_name)
            .and_then(|name| name.to_str())
            .map(str::to_owned);
        let recorded = recorded_release(&directory.join("kernel.json"))?;

        if let (Some(path), Some(found), Some(expected)) = (&modules, &of_modules, &recorded) {
            if found != expected {
                return Err(Error::Mixed {
                    path: path.clone(),
                    found: found.clone(),
                    expected: expected.clone(),
                });
            }
        }
        Ok(Self {
            release: recorded.or(of_modules),
            kallsyms: file(directory.join("kallsyms")),
            ftrace: file(directory.join("ftrace")),
            btf: file(directory.join("btf")),
            notes: file(directory.join("notes")),
            config: file(directory.join("config")),
            image: file(directory.join("vmlinuz")),
            symvers: file(directory.join("tree/Module.symvers"))
                .into_iter()
                .collect(),
            modules,
            ..Self::default()
        })
    }

    /// A kernel tree that has been built, or the headers of a kernel.
    fn tree(directory: &Path) -> Result<Self, Error> {
        let release = directory.join("include/config/kernel.release");
        let release = fs::read_to_string(&release).map_err(Error::read(&release))?;
        let vmlinux = file(directory.join("vmlinux"));

        Ok(Self {
            release: Some(release.trim().to_owned()),
            kallsyms: file(directory.join("System.map")),
            btf: vmlinux.clone(),
            image: vmlinux.clone(),
            config: file(directory.join(".config")),
            symvers: file(directory.join("Module.symvers")).into_iter().collect(),
            vmlinux,
            ..Self::default()
        })
    }

    /// Looks for what this machine tells of the kernel that runs on it; `root` is `/` but in tests.
    ///
    /// # Errors
    ///
    /// If the release of the kernel cannot be read.
    pub fn running(root: &Path) -> Result<Self, Error> {
        let read = |path: &str| {
            let path = root.join(path);

            fs::read_to_string(&path)
                .map(|text| text.trim().to_owned())
                .map_err(Error::read(&path))
        };
        let release = read("proc/sys/kernel/osrelease")?;
        let first =
            |candidates: &[String]| candidates.iter().find_map(|path| file(root.join(path)));
        let modules = root.join("lib/modules").join(&release);
        let mut ftrace = Vec::new();

        for tracefs in ["sys/kernel/tracing", "sys/kernel/debug/tracing"] {
            for list in [
                "available_filter_functions_addrs",
                "available_filter_functions",
            ] {
                ftrace.push(format!("{tracefs}/{list}"));
            }
        }
        Ok(Self {
            kallsyms: file(root.join("proc/kallsyms")),
            // What is there but not for this user is not known, and most commands can do without.
            ftrace: first(&ftrace).filter(|path| fs::File::open(path).is_ok()),
            btf: file(root.join("sys/kernel/btf/vmlinux")),
            module_files: Vec::new(),
            module_btf: Some(root.join("sys/kernel/btf")).filter(|directory| directory.is_dir()),
            notes: file(root.join("sys/kernel/notes")),
            config: first(&[
                format!("boot/config-{release}"),
                "proc/config.gz".to_owned(),
                format!("lib/modules/{release}/config"),
                format!("lib/modules/{release}/build/.config"),
            ]),
            symvers: first(&[
                format!("lib/modules/{release}/build/Module.symvers"),
                format!("usr/src/linux-headers-{release}/Module.symvers"),
                format!("lib/modules/{release}/symvers.xz"),
                format!("lib/modules/{release}/symvers.gz"),
                format!("boot/symvers-{release}.xz"),
                format!("boot/symvers-{release}.gz"),
            ])
            .into_iter()
            .collect(),
            modules: modules.is_dir().then_some(modules),
            vmlinux: first(&[
                format!("usr/lib/debug/boot/vmlinux-{release}"),
                format!("usr/lib/debug/lib/modules/{release}/vmlinux"),
                format!("lib/modules/{release}/build/vmlinux"),
            ]),
            image: first(&[
                format!("boot/vmlinuz-{release}"),
                format!("lib/modules/{release}/vmlinuz"),
            ]),
            boot_id: read("proc/sys/kernel/random/boot_id").ok(),
            release: Some(release),
        })
    }
}

fn file(path: PathBuf) -> Option<PathBuf> {
    path.is_file().then_some(path)
}

/// Returns the release that scripts/kernel has written down, if it has.
fn recorded_release(path: &Path) -> Result<Option<String>, Error> {
    if !path.is_file() {
        return Ok(None);
    }

    let bytes = fs::read(path).map_err(Error::read(path))?;
    let kernel: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
        Error::format(path, format!("is not what scripts/kernel writes: {error}"))
    })?;

    Ok(kernel
        .get("release")
        .and_then(serde_json::Value::as_str)
        .map(str::to_owned))
}

/// Returns the directory that is alone in `directory`, which need not be there.
fn only_subdirectory(directory: &Path) -> Result<Option<PathBuf>, Error> {
    if !directory.is_dir() {
        return Ok(None);
    }

    let mut found = None;

    for entry in fs::read_dir(directory).map_err(Error::read(directory))? {
        let path = entry.map_err(Error::read(directory))?.path();

        if path.is_dir() && found.replace(path).is_some() {
            return Err(Error::format(
                directory,
                "holds the modules of several kernels: expected those of one",
            ));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
