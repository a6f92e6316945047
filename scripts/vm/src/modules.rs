// SPDX-License-Identifier: GPL-2.0

//! Picks kernel modules and what they depend on from a distribution's module directory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;

/// Suffixes of module files: plain, or compressed in a way the kernel or kmod can undo.
const SUFFIXES: [&str; 4] = [".ko", ".ko.xz", ".ko.zst", ".ko.gz"];

/// Files beside the modules without which `depmod` complains.
pub const TABLES: [&str; 3] = [
    "modules.builtin",
    "modules.builtin.modinfo",
    "modules.order",
];

/// A module's name in one spelling: the kernel takes `-` and `_` for the same.
fn canonical(name: &str) -> String {
    name.replace('-', "_")
}

fn module_name(file: &str) -> Option<String> {
    SUFFIXES
        .iter()
        .find_map(|suffix| file.strip_suffix(suffix))
        .map(canonical)
}

/// The modules of one kernel release.
#[derive(Debug)]
pub struct Directory {
    /// The directory that holds them.
    pub path: PathBuf,
    /// The kernel's release: the directory's name.
    pub release: String,
    files: BTreeMap<String, PathBuf>,
    builtin: BTreeSet<String>,
}

impl Directory {
    /// Opens DIR, DIR/lib/modules/RELEASE or DIR/usr/lib/modules/RELEASE.
    ///
    /// # Errors
    ///
    /// [`Error::ModulesDirectory`] when there is no directory of one release.
    pub fn open(given: &Path) -> Result<Self, Error> {
        let wrong = |found: String| Error::ModulesDirectory {
            path: given.to_owned(),
            found,
        };
        let given = fs::canonicalize(given).map_err(Error::file("read", given))?;
        let path = if given.join("modules.builtin").is_file() {
            given.clone()
        } else {
            let parent = ["usr/lib/modules", "lib/modules"]
                .iter()
                .map(|below| given.join(below))
                .find(|parent| parent.is_dir())
                .ok_or_else(|| wrong("neither".to_owned()))?;
            let mut releases = Vec::new();
            for entry in fs::read_dir(&parent).map_err(Error::file("read", &parent))? {
                let path = entry.map_err(Error::file("read", &parent))?.path();
                if path.join("modules.builtin").is_file() {
                    releases.push(path);
                }
            }
            match releases.len() {
                1 => releases.remove(0),
                count => return Err(wrong(format!("{count} releases in {}", parent.display()))),
            }
        };
        let release = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| Error::Name(path.clone()))?
            .to_owned();
        let table = path.join("modules.builtin");
        let builtin = fs::read_to_string(&table)
            .map_err(Error::file("read", &table))?
            .lines()
            .filter_map(|line| module_name(line.rsplit('/').next()?))
            .collect();
        let mut directory = Directory {
            path: path.clone(),
            release,
            files: BTreeMap::new(),
            builtin,
        };
        directory.index(&path)?;
        Ok(directory)
    }

    fn index(&mut self, path: &Path) -> Result<(), Error> {
        for entry in fs::read_dir(path).map_err(Error::file("read", path))? {
            let entry = entry.map_err(Error::file("read", path))?;
            let kind = entry.file_type().map_err(Error::file("read", path))?;
            if kind.is_dir() {
                self.index(&entry.path())?;
            } else if let Some(name) = entry.file_name().to_str().and_then(module_name) {
                self.files.insert(name, entry.path());
            }
        }
        Ok(())
    }

    /// Whether there is a file of the named module; not when it is built in.
    pub fn has(&self, name: &str) -> bool {
        let name = canonical(name);
        !self.builtin.contains(&name) && self.files.contains_key(&name)
    }

    /// The files of the named modules and of all they need.
    ///
    /// `depends` gives the names a module file depends on.
    ///
    /// # Errors
    ///
    /// [`Error::NoModule`] for a module that is neither there nor built in.
    pub fn closure(
        &self,
        names: &[String],
        mut depends: impl FnMut(&Path) -> Result<Vec<String>, Error>,
    ) -> Result<BTreeSet<PathBuf>, Error> {
        let mut files = BTreeSet::new();
        let mut open: Vec<(String, Option<String>)> =
            names.iter().map(|name| (canonical(name), None)).collect();
        while let Some((name, needed_by)) = open.pop() {
            if self.builtin.contains(&name) {
                continue;
            }
            let file = self.files.get(&name).ok_or_else(|| Error::NoModule {
                name: name.clone(),
                directory: self.path.clone(),
                needed_by,
            })?;
            if files.insert(file.clone()) {
                for needed in depends(file)? {
                    open.push((canonical(&needed), Some(name.clone())));
                }
            }
        }
        Ok(files)
    }
}

/// The names in a module's `depends=`, asked from `modinfo`.
///
/// The module itself is asked, not `modules.dep`, because a package's
/// directory has that file only after its maintainer script has run.
///
/// # Errors
///
/// When `modinfo` cannot be started or does not understand the file.
pub fn depends(file: &Path) -> Result<Vec<String>, Error> {
    const MODINFO: &str = "modinfo";
    let output = Command::new(MODINFO)
        .args(["-F", "depends"])
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .map_err(|source: io::Error| Error::Program {
            program: MODINFO.to_owned(),
            source,
        })?;
    if !output.status.success() {
        return Err(Error::ProgramFailed {
            program: format!("{MODINFO} {}", file.display()),
            message: String::from_utf8_lossy(&output.stderr)
                .trim_end()
                .to_owned(),
        });
    }
    Ok(names(&String::from_utf8_lossy(&output.stdout)))
}

fn names(list: &str) -> Vec<String> {
    list.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(root: &Path) -> Directory {
        let path = root.join("lib/modules/1.2.3");
        fs::create_dir_all(path.join("kernel/drivers")).expect("a directory");
        fs::write(path.join("modules.builtin"), "kernel/fs/ext-four.ko\n").expect("writable");
        for file in [
            "kernel/a.ko.xz",
            "kernel/drivers/b-b.ko",
            "kernel/c.ko.zst",
            "kernel/README",
        ] {
            fs::write(path.join(file), "").expect("writable");
        }
        Directory::open(root).expect("modules of one release")
    }

    fn table(file: &Path) -> Result<Vec<String>, Error> {
        let name = file
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        Ok(names(match name.as_str() {
            "a.ko.xz" => "b_b,ext_four\n",
            // A cycle, which no kernel has, must not be followed for ever.
            "b-b.ko" => "a,c",
            _ => "\n",
        }))
    }

    fn closure(directory: &Directory, names: &[&str]) -> Result<Vec<String>, Error> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let files = directory.closure(&names, table)?;
        Ok(files
            .iter()
            .map(|file| {
                file.file_name()
                    .expect("a file")
                    .to_string_lossy()
                    .into_owned()
            })
            .collect())
    }

    #[test]
    fn closures() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let directory = directory(root.path());
        assert_eq!(directory.release, "1.2.3");
        assert_eq!(closure(&directory, &[]).expect("nothing"), [""; 0]);
        assert_eq!(closure(&directory, &["c"]).expect("there"), ["c.ko.zst"]);
        assert_eq!(
            closure(&directory, &["ext_four"]).expect("built in"),
            [""; 0]
        );
        assert!(directory.has("b_b") && directory.has("a"));
        assert!(!directory.has("ext_four") && !directory.has("none"));
        assert_eq!(
            closure(&directory, &["b-b"]).expect("there"),
            ["a.ko.xz", "c.ko.zst", "b-b.ko"]
        );
        let error = closure(&directory, &["none"])
            .expect_err("not there")
            .to_string();
        assert!(error.starts_with("module none: not in "), "{error}");
    }

    #[test]
    fn both_kinds_of_directory() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let one = directory(root.path());
        let other = Directory::open(&one.path).expect("the release's own directory");
        assert_eq!(one.files, other.files);
        fs::create_dir(root.path().join("lib/modules/4.5")).expect("a directory");
        Directory::open(root.path()).expect("a directory without modules does not count");
        fs::write(root.path().join("lib/modules/4.5/modules.builtin"), "").expect("writable");
        let error = Directory::open(root.path())
            .expect_err("two releases")
            .to_string();
        assert!(error.contains("2 releases"), "{error}");
        Directory::open(&root.path().join("lib")).expect_err("no modules");
    }
}
