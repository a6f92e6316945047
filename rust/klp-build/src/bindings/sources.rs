// SPDX-License-Identifier: GPL-2.0

//! The lists in the sources of a livepatch.

use std::fs;
use std::path::{Path, PathBuf};

use livepatch_abi::btf::PREFIX;
use proc_macro2::LineColumn;
use syn::visit::{self, Visit};
use syn::Macro;

use super::error::Error;
use super::list::List;

/// How deep directories may be nested.
const DEPTH: u32 = 16;

/// A list, and where it is.
pub(super) struct Located {
    pub(super) list: List,
    /// The file and the line.
    pub(super) place: String,
}

/// Returns the lists of all sources below a directory, in the order of the files' names.
pub(super) fn lists(directory: &Path) -> Result<Vec<Located>, Error> {
    let mut files = Vec::new();
    let mut lists = Vec::new();

    collect(directory, DEPTH, &mut files)?;
    files.sort();
    for path in files {
        let text = fs::read_to_string(&path).map_err(|source| Error::File {
            path: path.clone(),
            source,
        })?;
        // Most files have none.
        if !text.contains("btf") {
            continue;
        }
        let located = |source| Error::Source {
            path: path.clone(),
            source,
        };
        let file = syn::parse_file(&text).map_err(located)?;
        let mut visitor = Visitor(Vec::new());

        visitor.visit_file(&file);
        for found in visitor.0 {
            let LineColumn { line, .. } = found.start;

            lists.push(Located {
                list: syn::parse2(found.tokens).map_err(located)?,
                place: format!("{}:{line}", path.display()),
            });
        }
    }
    Ok(lists)
}

fn collect(directory: &Path, depth: u32, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let failed = |source| Error::File {
        path: directory.to_owned(),
        source,
    };

    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();

        if path.is_dir() {
            if depth > 0 && !name.starts_with('.') {
                collect(&path, depth - 1, files)?;
            }
        } else if name.ends_with(".rs") && !name.starts_with(PREFIX) {
            files.push(path);
        }
    }
    Ok(())
}

struct Call {
    start: LineColumn,
    tokens: proc_macro2::TokenStream,
}

struct Visitor(Vec<Call>);

impl<'ast> Visit<'ast> for Visitor {
    fn visit_macro(&mut self, found: &'ast Macro) {
        let path = &found.path.segments;
        let is_ours = path.last().is_some_and(|last| last.ident == "btf")
            && (path.len() == 1
                || path.len() == 2 && path.first().is_some_and(|first| first.ident == "livepatch"));

        if is_ours {
            self.0.push(Call {
                start: path
                    .first()
                    .map_or(LineColumn { line: 0, column: 0 }, |first| {
                        first.ident.span().start()
                    }),
                tokens: found.tokens.clone(),
            });
        }
        visit::visit_macro(self, found);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::lists;

    #[test]
    fn finds_the_lists_of_all_sources() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("more")).unwrap();
        for (name, text) in [
            (
                "main.rs",
                "mod a { fn f() {} livepatch::btf! { packet_sock; fn f } }\nbtf!(struct type);",
            ),
            ("more/b.rs", "livepatch::btf! { a, object = \"pktgen\", }"),
            ("c.rs", "// btf!\nother::btf! { ? } fn btf() {}"),
            ("btf_generated_0.rs", "?"),
            ("d.txt", "btf! {"),
        ] {
            fs::write(directory.path().join(name), text).unwrap();
        }
        let lists = lists(directory.path()).unwrap();
        let found: Vec<_> = lists
            .iter()
            .map(|located| {
                let items: Vec<_> = located
                    .list
                    .items
                    .iter()
                    .map(|item| format!("{} {}", item.kind.word(), item.name))
                    .collect();
                let place = located.place.rsplit('/').next().unwrap();
                format!("{place} {}: {}", located.list.object, items.join(", "))
            })
            .collect();

        assert_eq!(
            found,
            [
                "main.rs:1 vmlinux:  packet_sock, fn f",
                "main.rs:2 vmlinux: struct type",
                "b.rs:1 pktgen:  a",
            ]
        );
    }

    #[test]
    fn a_wrong_list_is_refused() {
        for text in [
            "btf! {}",
            "btf! { a, a }",
            "btf! { object = 1 }",
            "btf! { a b }",
            "btf! { 1 }",
            "btf! {",
        ] {
            let directory = tempfile::tempdir().unwrap();
            fs::write(directory.path().join("main.rs"), text).unwrap();

            assert!(lists(directory.path()).is_err(), "{text}");
        }
    }
}
