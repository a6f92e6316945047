// SPDX-License-Identifier: GPL-2.0

//! Which modules a kernel has, from a directory as `/lib/modules/<release>`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::{name, Error};

/// How deep directories of modules are searched.
const DEPTH: usize = 16;

/// The modules of a kernel, by the names that they have when they are loaded.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    files: BTreeMap<String, PathBuf>,
    builtin: BTreeSet<String>,
}

impl Modules {
    /// Reads depmod's list of modules, and finds the files itself if there is none.
    pub(crate) fn read(directory: &Path) -> Result<Self, Error> {
        let mut modules = Self::default();
        let list = directory.join("modules.dep");

        if list.is_file() {
            for line in read_text(&list)?.lines() {
                if let Some((file, _)) = line.split_once(':') {
                    modules.add(directory.join(file));
                }
            }
        } else {
            modules.find(directory, DEPTH)?;
        }

        let list = directory.join("modules.builtin");

        if list.is_file() {
            modules.builtin = read_text(&list)?
                .lines()
                .filter_map(name::of_module_file)
                .collect();
        }
        Ok(modules)
    }

    fn add(&mut self, path: PathBuf) {
        let file = path.file_name().and_then(|file| file.to_str());

        if let Some(name) = file.and_then(name::of_module_file) {
            self.files.entry(name).or_insert(path);
        }
    }

    fn find(&mut self, directory: &Path, depth: usize) -> Result<(), Error> {
        let mut paths = Vec::new();

        for entry in fs::read_dir(directory).map_err(Error::read(directory))? {
            let entry = entry.map_err(Error::read(directory))?;
            let kind = entry.file_type().map_err(Error::read(&entry.path()))?;

            // Links lead out of the directory: to the headers and the source.
            if !kind.is_symlink() {
                paths.push((entry.path(), kind.is_dir()));
            }
        }
        paths.sort();
        for (path, is_directory) in paths {
            if !is_directory {
                self.add(path);
            } else if depth > 0 {
                self.find(&path, depth.saturating_sub(1))?;
            }
        }
        Ok(())
    }

    /// Adds files of modules; each takes the place of one of its name.
    pub(crate) fn extend(&mut self, files: &[PathBuf]) {
        for path in files {
            let file = path.file_name().and_then(|file| file.to_str());

            if let Some(name) = file.and_then(name::of_module_file) {
                self.files.insert(name, path.clone());
            }
        }
    }

    /// Returns the file of a module.
    pub(crate) fn file(&self, module: &str) -> Option<&Path> {
        self.files.get(module).map(PathBuf::as_path)
    }

    /// Tells whether the module is part of the kernel itself.
    pub(crate) fn is_builtin(&self, module: &str) -> bool {
        self.builtin.contains(module)
    }

    /// Returns all modules that have a file.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.files
            .iter()
            .map(|(name, path)| (name.as_str(), path.as_path()))
    }

    /// Returns their names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(Error::read(path))?;

    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_and_without_lists() {
        let directory = tempfile::tempdir().unwrap();
        let net = directory.path().join("kernel/net");

        fs::create_dir_all(&net).unwrap();
        fs::write(net.join("af-packet.ko.xz"), "").unwrap();
        fs::write(net.join("Makefile"), "").unwrap();

        let modules = Modules::read(directory.path()).unwrap();

        assert_eq!(
            modules.file("af_packet"),
            Some(net.join("af-packet.ko.xz").as_path())
        );
        assert_eq!(modules.names().count(), 1);

        let mut more = modules;

        more.extend(&[
            "/elsewhere/af_packet.ko".into(),
            "/elsewhere/mine.ko".into(),
        ]);
        assert_eq!(
            more.file("af_packet"),
            Some(Path::new("/elsewhere/af_packet.ko"))
        );
        assert_eq!(more.names().count(), 2);

        fs::write(
            directory.path().join("modules.dep"),
            "kernel/a.ko.zst: kernel/b.ko.zst\nkernel/b.ko.zst:\n",
        )
        .unwrap();
        fs::write(
            directory.path().join("modules.builtin"),
            "kernel/net/core/pkt-gen.ko\n",
        )
        .unwrap();

        let modules = Modules::read(directory.path()).unwrap();

        assert_eq!(modules.names().collect::<Vec<_>>(), ["a", "b"]);
        assert!(modules.is_builtin("pkt_gen"));
        assert!(!modules.is_builtin("a"));
        assert!(Modules::read(&directory.path().join("none")).is_err());
    }
}
