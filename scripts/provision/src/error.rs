// SPDX-License-Identifier: GPL-2.0

//! What can go wrong, said so that the reader knows what to do.

use std::path::PathBuf;

/// Everything that ends this program with a message.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A command that is needed did not do its work.
    #[error("{command} failed: {why}")]
    Command {
        /// The command line.
        command: String,
        /// What it said.
        why: String,
    },
    /// apt has no package index.
    #[error("apt has no index with kernel packages; fetch one with scripts/kernel --update")]
    NoIndex,
    /// A stanza of an index is not well-formed.
    #[error("{file}: package {package}: the field {field} is missing or malformed")]
    IndexField {
        /// The index.
        file: String,
        /// The package.
        package: String,
        /// The field.
        field: &'static str,
    },
    /// A JSON file is not what this program wrote.
    #[error("{path}: {source}; delete it and run again")]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// No kernel of the archive is complete.
    #[error("no {flavour} kernel of {suite} has {parts} in the archive{}", list_skipped(.skipped))]
    NoneComplete {
        /// The flavour looked for.
        flavour: String,
        /// The suite looked in.
        suite: String,
        /// What it should have had, for people.
        parts: &'static str,
        /// The kernels that lack something, and what.
        skipped: Vec<String>,
    },
    /// The kernel asked for lacks a package.
    #[error("the archive has {release}, but not all of it; missing: {}", .missing.join(", "))]
    Incomplete {
        /// The kernel release.
        release: String,
        /// The packages that are missing.
        missing: Vec<String>,
    },
    /// The archive has no such kernel.
    #[error("the archive has no kernel {release}{}", list_near(.near))]
    UnknownRelease {
        /// The kernel release asked for.
        release: String,
        /// The ones that look like it, best first.
        near: Vec<String>,
    },
    /// The archive has no such suite, or the suite no such kernel.
    #[error(
        "the archive has no {flavour} kernel of a suite {suite}; name a release, which begins with a digit{}",
        list_suites(.suites)
    )]
    UnknownSuite {
        /// The flavour looked for.
        flavour: String,
        /// The suite asked for.
        suite: String,
        /// The suites that have such a kernel.
        suites: Vec<String>,
    },
    /// A kernel configuration lacks an option that every one has.
    #[error("{path}: no {option}; is this a kernel configuration?")]
    NoOption {
        /// The configuration.
        path: PathBuf,
        /// The option.
        option: &'static str,
    },
    /// An object file could not be read.
    #[error("{path}: {source}")]
    Object {
        /// The object file.
        path: PathBuf,
        /// What is wrong with it.
        source: object::Error,
    },
    /// A line of Module.symvers is not well-formed.
    #[error("{path}:{line}: not a line of a Module.symvers")]
    Symvers {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// There is nothing to compare.
    #[error("{path}: no Rust symbols; the tree was not prepared, or its kernel has no Rust")]
    NoRustSymbols {
        /// Where they should have been.
        path: PathBuf,
    },
    /// The Rust symbols of a tree are not those of the kernel.
    #[error(
        "{differing} of {total} Rust symbols differ between the kernel and the tree {tree} prepared for it \
         (such as {example}); modules built with it cannot be loaded. The kernel was built with '{wanted}', \
         the tree with '{used}'{}",
        if .wanted == .used { ": the source or the configuration is not the kernel's" }
        else { ": use that rustc (scripts/in-root --rustc)" }
    )]
    SymbolMismatch {
        /// The build tree.
        tree: PathBuf,
        /// How many symbols only one side has, or the tree does not define.
        differing: usize,
        /// How many symbols there are on both sides together.
        total: usize,
        /// One of them, and what is wrong with it.
        example: String,
        /// The kernel's CONFIG_RUSTC_VERSION_TEXT.
        wanted: String,
        /// The tree's.
        used: String,
    },
}

impl Error {
    /// Returns whether the archive lacks the kernel that was asked for by its release: it may have had it once.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::UnknownRelease { .. } | Self::Incomplete { .. })
    }
}

fn list_skipped(list: &[String]) -> String {
    list.iter().flat_map(|line| ["\n  ", line]).collect()
}

fn list_near(list: &[String]) -> String {
    match list {
        [] => String::new(),
        list => format!("; did you mean: {}", list.join(", ")),
    }
}

fn list_suites(list: &[String]) -> String {
    match list {
        [] => String::new(),
        list => format!(", or one of these suites: {}", list.join(", ")),
    }
}

/// The result of anything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;
