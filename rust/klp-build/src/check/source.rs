// SPDX-License-Identifier: GPL-2.0

//! Guesses from the kernel's source in which file a symbol is.
//!
//! What comes from one file is together in the image: of the files that mention a name, the right one mentions the names of its
//! neighbours too.

use std::cell::{Cell, OnceCell};
use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

/// How deep directories are searched.
const DEPTH: usize = 16;

/// How many names are looked for: each is a search through the whole source.
const MAX_SEARCHES: usize = 8;

/// Directories that have no code of the kernel itself.
const OTHERS: &[&str] = &[
    "Documentation",
    "arch",
    "rust",
    "samples",
    "scripts",
    "tools",
    "usr",
];

/// The source of a kernel.
#[derive(Debug)]
pub(super) struct Source {
    root: PathBuf,
    /// The directory of the architecture.
    arch: &'static str,
    files: OnceCell<Vec<PathBuf>>,
    searches: Cell<usize>,
}

impl Source {
    /// Makes it of a directory, and the name of a directory of `arch`.
    pub(super) fn new(root: &Path, arch: &'static str) -> Self {
        Self {
            root: root.to_owned(),
            arch,
            files: OnceCell::new(),
            searches: Cell::new(0),
        }
    }

    /// Returns the file of each of several symbols of one name, as far as its neighbours tell it.
    pub(super) fn files_of(&self, name: &str, neighbours: &[Vec<&str>]) -> Vec<Option<String>> {
        let mut best: Vec<(usize, Option<&PathBuf>)> = vec![(0, None); neighbours.len()];

        if self.searches.get() == MAX_SEARCHES {
            return vec![None; neighbours.len()];
        }
        self.searches.set(self.searches.get() + 1);
        for path in self.files() {
            let Ok(text) = fs::read(path) else {
                continue;
            };
            if !mentions(&text, name) {
                continue;
            }
            for (names, (score, file)) in neighbours.iter().zip(&mut best) {
                let count = names.iter().filter(|name| mentions(&text, name)).count();
                match count.cmp(score) {
                    Ordering::Greater => (*score, *file) = (count, Some(path)),
                    Ordering::Equal => {
                        // Two that are as likely: neither.
                        *file = None;
                    }
                    Ordering::Less => {}
                }
            }
        }
        best.into_iter()
            .map(|(_, file)| {
                let file = file?.strip_prefix(&self.root).ok()?;
                Some(file.display().to_string())
            })
            .collect()
    }

    fn files(&self) -> &[PathBuf] {
        self.files.get_or_init(|| {
            let mut files = Vec::new();
            for path in entries(&self.root) {
                let name = path.file_name().and_then(|name| name.to_str());
                if name.is_some_and(|name| !OTHERS.contains(&name)) {
                    find(&path, DEPTH, &mut files);
                }
            }
            find(&self.root.join("arch").join(self.arch), DEPTH, &mut files);
            files
        })
    }
}

/// Returns what is in a directory, in order; nothing if it is none, or a link.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .map(|entry| entry.path())
        .collect();

    paths.sort();
    paths
}

fn find(path: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    if path.extension().is_some_and(|extension| extension == "c") {
        files.push(path.to_owned());
    } else if let Some(depth) = depth.checked_sub(1) {
        for entry in entries(path) {
            find(&entry, depth, files);
        }
    }
}

/// Returns whether a text has a word.
fn mentions(text: &[u8], word: &str) -> bool {
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');

    memmem::find_iter(text, word).any(|start| {
        let before = start.checked_sub(1).and_then(|before| text.get(before));
        !is_word(before) && !is_word(text.get(start + word.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert!(mentions(b"static int c_start(void)", "c_start"));
        assert!(mentions(b"c_start", "c_start"));
        assert!(!mentions(b"proc_start c_starts", "c_start"));
    }

    #[test]
    fn files() {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        file("fs/one.c", "twice before_one between");
        file("arch/x86/two.c", "twice after_both");
        file("arch/s390/two.c", "twice after_both");
        file("net/other.c", "twice");
        file("tools/one.c", "twice before_one between");
        let source = Source::new(directory.path(), "x86");

        assert_eq!(
            source.files_of(
                "twice",
                &[
                    vec!["before_one", "between"],
                    vec!["after_both"],
                    vec!["nobody"]
                ]
            ),
            [
                Some("fs/one.c".to_owned()),
                Some("arch/x86/two.c".to_owned()),
                None
            ]
        );
        file("net/other.c", "twice after_both");
        assert_eq!(source.files_of("twice", &[vec!["after_both"]]), [None]);
    }
}
